import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { IconButton, Input } from '#renderer/ui/index.ts';
import { crumbsOf, parentPath, showName } from './box-path.ts';
import { completePath } from './complete-path.ts';

/** Where one is: each part leads there, and the whole can be typed, with Tab to complete it. */
export function PathBar({
  machineId,
  path,
  onGo,
}: {
  machineId: string;
  path: string;
  onGo(path: string): void;
}) {
  const t = useT();
  const [typing, setTyping] = useState(false);
  const crumbs = crumbsOf(path);
  const shown = crumbs.length > 5 ? [...crumbs.slice(0, 1), ...crumbs.slice(-3)] : crumbs;
  const end = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path, another end
  useEffect(() => {
    if (end.current) end.current.scrollLeft = end.current.scrollWidth;
  }, [path, typing]);
  return (
    <div className="files__path">
      <IconButton label={t('files.up')} disabled={path === '/'} small onClick={() => onGo(parentPath(path))}>
        ↑
      </IconButton>
      {typing ? (
        <PathInput
          machineId={machineId}
          path={path}
          onEnd={(to) => {
            setTyping(false);
            if (to !== null && to !== path) onGo(to);
          }}
        />
      ) : (
        <>
          <nav className="files__trail mono" aria-label={t('files.path')} ref={end}>
            {shown.map((crumb, index) => (
              <span key={crumb.path}>
                <span className="quiet">
                  {before(index, shown.length < crumbs.length, crumbs[0]?.name === '/')}
                </span>
                <button
                  type="button"
                  aria-current={index === shown.length - 1 ? 'location' : undefined}
                  title={showName(crumb.path)}
                  onClick={() => onGo(crumb.path)}
                >
                  {showName(crumb.name)}
                </button>
              </span>
            ))}
          </nav>
          <button
            type="button"
            className="files__edit button button--quiet button--small"
            onClick={() => setTyping(true)}
          >
            {t('files.typePath')}
          </button>
        </>
      )}
    </div>
  );
}

/** What stands before a part: nothing after the root's own slash, a sign where parts are left out. */
function before(index: number, isCut: boolean, atRoot: boolean): string {
  if (index === 0) return '';
  if (index === 1) return `${atRoot ? '' : '/'}${isCut ? '…/' : ''}`;
  return '/';
}

function PathInput({
  machineId,
  path,
  onEnd,
}: {
  machineId: string;
  path: string;
  onEnd(path: string | null): void;
}) {
  const t = useT();
  const [text, setText] = useState(path === '/' ? '/' : `${path}/`);
  const [choices, setChoices] = useState<readonly string[]>([]);
  const [said, setSaid] = useState('');
  const complete = async () => {
    const answer = await completePath(machineId, text);
    setText(answer.text);
    setChoices(answer.choices.slice(0, 12));
    setSaid(
      answer.failed
        ? t('files.completeFailed')
        : answer.choices.length > 1
          ? t('files.choices', { count: answer.choices.length })
          : '',
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      const to = text.trim();
      onEnd(to === '' ? null : to.length > 1 ? to.replace(/\/+$/, '') || '/' : to);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onEnd(null);
    } else if (event.key === 'Tab' && !event.shiftKey && text !== '') {
      event.preventDefault();
      void complete();
    }
  };
  return (
    <div className="files__typed">
      <Input
        autoFocus
        aria-label={t('files.path')}
        aria-describedby="files-path-said"
        className="mono input--small"
        maxLength={4096}
        value={text}
        onFocus={(event) => event.currentTarget.setSelectionRange(text.length, text.length)}
        onChange={(event) => {
          setText(event.target.value);
          setChoices([]);
          setSaid('');
        }}
        onKeyDown={onKeyDown}
        onBlur={() => onEnd(null)}
      />
      <span id="files-path-said" className="hidden-visually" aria-live="polite">
        {said}
      </span>
      {choices.length > 1 ? (
        <ul className="files__choices mono">
          {choices.map((choice) => (
            <li key={choice}>{showName(choice)}</li>
          ))}
        </ul>
      ) : said !== '' ? (
        <p className="files__choices">{said}</p>
      ) : null}
    </div>
  );
}
