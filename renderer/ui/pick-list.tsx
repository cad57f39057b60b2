import { Popover } from 'radix-ui';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';

export interface Pick {
  value: string;
  label: string;
  /** What stands at its right; it is found by it too. */
  hint?: string;
  /** Heading under which it is listed, with others of the same that follow each other. */
  group?: string;
}

/** One entry of a long list, found by typing: a button that says what is chosen, and a list under it. */
export function PickList({
  id,
  label,
  value,
  picks,
  onPick,
  placeholder,
}: {
  id?: string;
  label: string;
  value: string;
  picks: readonly Pick[];
  onPick(value: string): void;
  /** Said where `value` is none of the entries. */
  placeholder?: string;
}) {
  const t = useT();
  const listId = useId();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => found(picks, text), [picks, text]);
  const chosen = picks.find((pick) => pick.value === value);
  const pick = (next: string) => {
    onPick(next);
    setOpen(false);
  };
  const go = (to: number) => {
    const next = Math.min(shown.length - 1, Math.max(0, to));
    setAt(next);
    list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      go(at + step);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const one = shown[at];
      if (one) pick(one.value);
    }
  };
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setText('');
        setAt(
          Math.max(
            0,
            picks.findIndex((one) => one.value === value),
          ),
        );
      }}
    >
      <Popover.Trigger
        id={id}
        className="input picklist"
        aria-label={`${label}: ${chosen?.label ?? placeholder ?? ''}`}
      >
        <span className="clip">{chosen?.label ?? placeholder ?? ''}</span>
        <span className="multi__sign" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="multi__panel picklist__panel"
          aria-label={label}
          align="start"
          sideOffset={4}
          collisionPadding={8}
        >
          <input
            type="search"
            className="input input--small"
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={shown[at] ? `${listId}-${at}` : undefined}
            aria-label={t('ui.searchIn', { label })}
            placeholder={t('ui.searchIn', { label })}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <div className="multi__list" role="listbox" id={listId} aria-label={label} ref={list}>
            {shown.map((one, index) => (
              <div key={one.value}>
                {one.group !== undefined && one.group !== shown[index - 1]?.group ? (
                  <div className="picklist__group" aria-hidden="true">
                    {one.group}
                  </div>
                ) : null}
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys */}
                <div
                  id={`${listId}-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={one.value === value}
                  className={`picklist__one ${index === at ? 'picklist__one--at' : ''}`}
                  onClick={() => pick(one.value)}
                >
                  <span className="clip" title={one.label}>
                    {one.label}
                  </span>
                  {one.hint === undefined ? null : <span className="quiet num">{one.hint}</span>}
                </div>
              </div>
            ))}
          </div>
          {shown.length === 0 ? <p className="quiet multi__none">{t('ui.nothingLikeIt')}</p> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Those in which every word that was typed comes, in any order. */
function found(picks: readonly Pick[], text: string): readonly Pick[] {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return picks;
  return picks.filter(({ label, hint = '', group = '' }) => {
    const all = `${label} ${hint} ${group}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
