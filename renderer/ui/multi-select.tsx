import { Popover } from 'radix-ui';
import { type KeyboardEvent, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from './button.tsx';

export interface Choice {
  value: string;
  label: string;
  /** What stands at its right, such as how many there are. */
  hint?: string;
}

/** Lists shorter than this need no field to search them. */
const searchedFrom = 9;

/** Any number of a list's entries, chosen in a panel under a button. None chosen: all. Arrow keys go through the list. */
export function MultiSelect({
  label,
  choices,
  chosen,
  nameOf,
  usual,
  onChosen,
  className,
}: {
  label: string;
  /** Asked when it is opened: counting may cost something. */
  choices(): readonly Choice[];
  chosen: readonly string[];
  /** How a chosen entry is said where it is the only one; absent: by its value. */
  nameOf?: (value: string) => string;
  /** What has its box checked where nothing has been chosen; then the button does not say what is chosen. */
  usual?: readonly string[];
  onChosen(chosen: string[]): void;
  className?: string;
}) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [all, setAll] = useState<readonly Choice[]>([]);
  const sought = text.trim().toLowerCase();
  const shown = all.filter(({ label: name }) => name.toLowerCase().includes(sought));
  const checked = chosen.length === 0 && usual ? usual : chosen;
  const turn = (value: string) =>
    onChosen(checked.includes(value) ? checked.filter((other) => other !== value) : [...checked, value]);
  const [only = ''] = chosen;
  const summary = chosen.length === 1 ? (nameOf?.(only) ?? only) : String(chosen.length);
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        if (next) setAll(choices());
        setOpen(next);
        setText('');
      }}
    >
      <Popover.Trigger
        className={`chip multi ${className ?? ''}`}
        data-chosen={chosen.length > 0 && !usual ? '' : undefined}
      >
        <span className="clip">
          {chosen.length > 0 && !usual ? t('ui.chosen', { label, summary }) : label}
        </span>
        <span className="multi__sign" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="multi__panel"
          aria-label={label}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onKeyDown={moveFocus}
        >
          {all.length >= searchedFrom ? (
            <input
              type="search"
              className="input input--small"
              aria-label={t('ui.searchIn', { label })}
              placeholder={t('ui.searchIn', { label })}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          ) : null}
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset does not scroll in all engines */}
          <div className="multi__list" role="group" aria-label={label}>
            {shown.map(({ value, label: name, hint }) => (
              <label key={value} className="multi__choice">
                <input
                  type="checkbox"
                  className="checkbox"
                  checked={checked.includes(value)}
                  onChange={() => turn(value)}
                />
                <span className="clip" title={name}>
                  {name}
                </span>
                {hint === undefined ? null : <span className="quiet num">{hint}</span>}
              </label>
            ))}
            {shown.length === 0 ? <p className="quiet multi__none">{t('ui.nothingLikeIt')}</p> : null}
          </div>
          <div className="multi__acts">
            <Button small look="quiet" disabled={chosen.length === 0} onClick={() => onChosen([])}>
              {t(usual ? 'ui.chooseUsual' : 'ui.chooseNone')}
            </Button>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Down and up through the field and the boxes. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
}
