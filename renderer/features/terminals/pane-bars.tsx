import type { ReactNode } from 'react';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, updateSettings } from '#renderer/app/session-store.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Button, formatAge, type Shape, StatusDot, type Tone, useTicking } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { setPane, usePane } from './pane-store.ts';
import { copyForProgram, screenOf } from './screens.ts';
import { typeInSeveral, useSeveral } from './several-store.ts';
import { closeTerminal, restartTerminal, useTerminals } from './terminal-store.ts';

/** What is to be said about a terminal, above its screen: how it stands, what a program asks for, where typing goes. */
export function PaneBars({ terminal }: { terminal: Terminal }) {
  return (
    <>
      <StateBar terminal={terminal} />
      <SeveralBar terminal={terminal} />
      <TitleBar terminal={terminal} />
      <ClipboardBar terminal={terminal} />
    </>
  );
}

function Bar({
  tone,
  shape,
  children,
  actions,
  className = '',
}: {
  tone: Tone;
  shape: Shape;
  children: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <div className={`term__bar term__bar--${tone} ${className}`}>
      <StatusDot tone={tone} shape={shape} />
      <span className="term__said" role="status">
        {children}
      </span>
      {actions ? <span className="term__acts">{actions}</span> : null}
    </div>
  );
}

/** Starting, lost, ended, or no way to the backend; nothing while all is well. */
function StateBar({ terminal }: { terminal: Terminal }) {
  const t = useT();
  const { id, state } = terminal;
  const connected = usePane(id, (pane) => pane.connected);
  const failure = usePane(id, (pane) => pane.failure);
  const machine = placeName(terminal.machineId, terminal.machineName, t);
  if (!connected) {
    return (
      <Bar tone="unseen" shape="ring">
        {t('terminals.away')}
      </Bar>
    );
  }
  if (failure) {
    const again = () => {
      setPane(id, { failure: null });
      screenOf(id)?.attach();
    };
    return (
      <Bar
        tone="bad"
        shape="cross"
        actions={
          <Button small onClick={again}>
            {t('ui.tryAgain')}
          </Button>
        }
      >
        {translateError(failure.code, failure.params, failure.message)}
      </Bar>
    );
  }
  if (state === 'starting') {
    return (
      <Bar tone="idle" shape="half">
        {t('terminals.starting', { machine })}
      </Bar>
    );
  }
  if (state === 'lost') return <LostBar terminal={terminal} />;
  if (state === 'ended') return <EndedBar terminal={terminal} />;
  return null;
}

function LostBar({ terminal }: { terminal: Terminal }) {
  const t = useT();
  const since = useTerminals(({ lostSince }) => lostSince.get(terminal.id)) ?? null;
  const key = terminal.keptBy === 'tmux' ? 'terminals.lostKept' : 'terminals.lost';
  const text = useTicking((now) => t(key, { age: formatAge(since ?? now, Math.max(now, since ?? now)) }));
  const { error } = terminal;
  return (
    <Bar
      tone="unseen"
      shape="ring"
      actions={
        <Button small onClick={() => restartTerminal(terminal.id)}>
          {t('terminals.tryNow')}
        </Button>
      }
    >
      {text} {error ? translateError(error.code, error.params ?? {}, error.message) : null}
    </Bar>
  );
}

function EndedBar({ terminal }: { terminal: Terminal }) {
  const t = useT();
  const { id, exitCode, signal, error } = terminal;
  const said =
    signal !== null
      ? t('terminals.endedSignal', { signal })
      : exitCode !== null
        ? t('terminals.endedCode', { code: exitCode })
        : t(error ? 'terminals.failedToStart' : 'terminals.ended');
  const bad = error !== null || signal !== null || (exitCode ?? 0) !== 0;
  return (
    <Bar
      tone={bad ? 'warn' : 'idle'}
      shape={bad ? 'cross' : 'square'}
      actions={
        <>
          <Button small onClick={() => restartTerminal(id)}>
            {t('terminals.restart')}
          </Button>
          <Button small look="quiet" onClick={() => closeTerminal(id).catch(sayError)}>
            {t('terminals.close')}
          </Button>
        </>
      }
    >
      {said} {error ? translateError(error.code, error.params ?? {}, error.message) : null}
    </Bar>
  );
}

/** Clearly to be seen in each terminal that gets what is typed in another. */
function SeveralBar({ terminal: { id } }: { terminal: Terminal }) {
  const t = useT();
  const ids = useSeveral((state) => state.ids);
  if (!ids.has(id)) return null;
  return (
    <Bar
      tone="warn"
      shape="filled"
      className="term__bar--several"
      actions={
        <Button small onClick={() => typeInSeveral([])}>
          {t('terminals.severalStop')}
        </Button>
      }
    >
      <b>{t('terminals.severalOn', { count: ids.size })}</b> {t('terminals.severalHere')}
    </Bar>
  );
}

function TitleBar({ terminal }: { terminal: Terminal }) {
  const t = useT();
  const later = usePane(terminal.id, ({ titleLater }) => titleLater);
  if (!terminal.titleAsked || later) return null;
  const answer = (terminalTitles: 'allow' | 'deny') => void updateSettings({ terminalTitles });
  return (
    <Bar
      tone="accent"
      shape="half"
      actions={
        <>
          <Button small onClick={() => setPane(terminal.id, { titleLater: true })}>
            {t('terminals.notNow')}
          </Button>
          <Button small onClick={() => answer('allow')}>
            {t('terminals.always')}
          </Button>
          <Button small onClick={() => answer('deny')}>
            {t('terminals.never')}
          </Button>
        </>
      }
    >
      {t('terminals.askTitle')}
    </Bar>
  );
}

const previewLength = 60;

function ClipboardBar({ terminal: { id } }: { terminal: Terminal }) {
  const t = useT();
  const text = usePane(id, ({ clipboard }) => clipboard);
  if (text === null) return null;
  const shown = `${text.slice(0, previewLength).replace(/\s+/g, ' ')}${text.length > previewLength ? '…' : ''}`;
  const drop = () => setPane(id, { clipboard: null });
  return (
    <Bar
      tone="accent"
      shape="half"
      actions={
        <>
          <Button small onClick={drop}>
            {t('terminals.notNow')}
          </Button>
          <Button small onClick={() => copyForProgram(id, text)}>
            {t('terminals.once')}
          </Button>
          <Button
            small
            onClick={() => {
              copyForProgram(id, text);
              void updateSettings({ terminalClipboard: 'allow' });
            }}
          >
            {t('terminals.always')}
          </Button>
          <Button
            small
            onClick={() => {
              drop();
              void updateSettings({ terminalClipboard: 'deny' });
            }}
          >
            {t('terminals.never')}
          </Button>
        </>
      }
    >
      {t('terminals.askClipboard', { count: text.length, text: shown })}
    </Bar>
  );
}
