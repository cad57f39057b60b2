import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { updateSettings } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, ConfirmDialog, Dialog, Field, Input, StatusDot } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { setPane, usePane } from './pane-store.ts';
import { commandSentence, terminalName } from './say.ts';
import { screenOf } from './screens.ts';
import { typeInSeveral, useSeveral } from './several-store.ts';
import { closeTerminal, focusSoon, useTerminals } from './terminal-store.ts';

/** What is asked about one terminal, over the page. */
export function TerminalDialog({ terminal }: { terminal: Terminal }) {
  const over = usePane(terminal.id, (state) => state.over);
  const close = () => {
    setPane(terminal.id, { over: null });
    focusSoon(terminal.id);
  };
  if (!over) return null;
  if (over.kind === 'paste') return <PasteDialog terminal={terminal} text={over.text} onClose={close} />;
  if (over.kind === 'close-all') return <CloseAllDialog terminal={terminal} ids={over.ids} onClose={close} />;
  if (over.kind === 'close') return <CloseDialog terminal={terminal} onClose={close} />;
  if (over.kind === 'rename') return <RenameDialog terminal={terminal} onClose={close} />;
  return <CommandsDialog terminal={terminal} onClose={close} />;
}

interface Props {
  terminal: Terminal;
  onClose(): void;
}

const shownCharacters = 4000;

function PasteDialog({ terminal, text, onClose }: Props & { text: string }) {
  const t = useT();
  const [dontAsk, setDontAsk] = useState(false);
  const among = useSeveral(({ ids }) => (ids.has(terminal.id) ? ids.size : 1));
  const lines = text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/).length;
  const bracketed = screenOf(terminal.id)?.terminal.modes.bracketedPasteMode ?? false;
  const paste = async () => {
    if (dontAsk) await updateSettings({ terminalAskBeforePaste: false });
    screenOf(terminal.id)?.paste(text);
  };
  return (
    <ConfirmDialog
      title={t('terminals.pasteTitle', { count: lines, name: terminalName(terminal, t) })}
      consequence={t(bracketed ? 'terminals.pasteTextBracketed' : 'terminals.pasteText')}
      actLabel={t('terminals.paste')}
      danger={false}
      onClose={onClose}
      act={paste}
    >
      {among > 1 ? <p className="term__warn">{t('terminals.pasteMany', { count: among })}</p> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <pre className="term__pasted" tabIndex={0}>
        {text.slice(0, shownCharacters)}
      </pre>
      {text.length > shownCharacters ? <p className="quiet">{t('terminals.pasteCut')}</p> : null}
      <Checkbox label={t('terminals.dontAsk')} checked={dontAsk} onChecked={setDontAsk} />
    </ConfirmDialog>
  );
}

function CloseDialog({ terminal, onClose }: Props) {
  const t = useT();
  const running = screenOf(terminal.id)?.marks.running ?? null;
  const said = running?.command
    ? t('terminals.closeRunning', { command: running.command.slice(0, 200) })
    : t('terminals.closeUnknown');
  return (
    <ConfirmDialog
      title={t('terminals.closeTitle', { name: terminalName(terminal, t) })}
      consequence={terminal.keptBy === 'tmux' ? `${said} ${t('terminals.closeKept')}` : said}
      actLabel={t('terminals.close')}
      onClose={onClose}
      act={() => closeTerminal(terminal.id)}
    />
  );
}

function CloseAllDialog({ terminal, ids, onClose }: Props & { ids: readonly string[] }) {
  const t = useT();
  return (
    <ConfirmDialog
      title={t('terminals.closeTitle', { name: terminalName(terminal, t) })}
      consequence={t('terminals.closeMany', { count: ids.length })}
      actLabel={t('terminals.close')}
      onClose={onClose}
      act={async () => {
        await Promise.all(ids.map((id) => closeTerminal(id)));
      }}
    />
  );
}

function RenameDialog({ terminal, onClose }: Props) {
  const t = useT();
  const [name, setName] = useState(terminal.name ?? '');
  return (
    <ConfirmDialog
      title={t('terminals.renameTitle')}
      consequence={null}
      actLabel={t('terminals.save')}
      danger={false}
      onClose={onClose}
      act={async () => {
        const next = name.trim() === '' ? null : name.trim();
        await rpc().terminals.rename({ terminalId: terminal.id, name: next });
      }}
    >
      <Field label={t('terminals.renameLabel')} hint={t('terminals.renameHint')}>
        {(ids) => (
          <Input
            {...ids}
            autoFocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}

function CommandsDialog({ terminal, onClose }: Props) {
  const t = useT();
  usePane(terminal.id, ({ marks }) => marks);
  const screen = screenOf(terminal.id);
  const commands = (screen?.marks.commands ?? []).filter(({ ran, command }) => ran || command !== null);
  return (
    <Dialog open wide title={t('terminals.commandsTitle')} onClose={onClose}>
      {commands.length === 0 ? <p className="dialog__text">{t('terminals.noCommands')}</p> : null}
      <ul className="term__commands">
        {[...commands].reverse().map((shown) => {
          const failed = shown.exitCode !== null && shown.exitCode !== 0;
          return (
            <li key={shown.marker.id}>
              <button
                type="button"
                onClick={() => {
                  screen?.terminal.scrollToLine(shown.marker.line);
                  onClose();
                }}
              >
                <StatusDot
                  tone={shown.endedAt === null ? 'ok' : failed ? 'bad' : 'idle'}
                  shape={shown.endedAt === null ? 'filled' : failed ? 'cross' : 'tick'}
                />
                <span className="clip mono">{commandSentence(shown, t)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}

/** Which terminals get what is typed in any of them. */
export function SeveralDialog() {
  const t = useT();
  const byId = useTerminals((state) => state.byId);
  const [ids, setIds] = useState<ReadonlySet<string>>(useSeveral.getState().ids);
  const open = [...byId.values()].filter(({ state }) => state !== 'ended');
  const onClose = () => useSeveral.setState({ choosing: false });
  return (
    <ConfirmDialog
      title={t('terminals.severalTitle')}
      consequence={t('terminals.severalText')}
      actLabel={t('terminals.severalStart')}
      actDisabled={ids.size < 2}
      danger={false}
      onClose={onClose}
      act={async () => typeInSeveral(open.map(({ id }) => id).filter((id) => ids.has(id)))}
    >
      <div className="term__several">
        {open.map((terminal) => (
          <Checkbox
            key={terminal.id}
            label={terminalName(terminal, t)}
            checked={ids.has(terminal.id)}
            onChecked={(on) => {
              const next = new Set(ids);
              if (on) next.add(terminal.id);
              else next.delete(terminal.id);
              setIds(next);
            }}
          />
        ))}
      </div>
    </ConfirmDialog>
  );
}
