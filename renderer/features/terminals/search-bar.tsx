import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, IconButton, Input } from '#renderer/ui/index.ts';
import { screenOf } from './screens.ts';

interface Hits {
  index: number;
  count: number;
}

/** Search in what the terminal shows and keeps above: from the end backwards first, as it was written last. */
export function SearchBar({ terminalId, onClose }: { terminalId: string; onClose(): void }) {
  const t = useT();
  const [text, setText] = useState(() => {
    const selection = screenOf(terminalId)?.terminal.getSelection() ?? '';
    return selection.includes('\n') ? '' : selection;
  });
  const [regex, setRegex] = useState(false);
  const [matchCase, setMatchCase] = useState(false);
  const [hits, setHits] = useState<Hits | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const valid = !regex || isRegex(text);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
    const search = screenOf(terminalId)?.search;
    const off = search?.onDidChangeResults(({ resultIndex, resultCount }) =>
      setHits({ index: resultIndex, count: resultCount }),
    );
    return () => off?.dispose();
  }, [terminalId]);

  const find = (forward: boolean, incremental = false) => {
    const screen = screenOf(terminalId);
    if (!screen || !valid) return;
    if (text === '') {
      screen.search.clearDecorations();
      setHits(null);
      return;
    }
    const options = { regex, caseSensitive: matchCase, incremental, decorations };
    if (forward) screen.search.findNext(text, options);
    else screen.search.findPrevious(text, options);
  };
  const latest = useRef(find);
  latest.current = find;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is searched for has changed
  useEffect(() => {
    // The addon counts anew only for another text, not for other ways of looking for it.
    screenOf(terminalId)?.search.clearDecorations();
    latest.current(false, true);
  }, [text, regex, matchCase]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') find(event.shiftKey);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="term__search" aria-label={t('terminals.searchFor')} onKeyDown={onKeyDown}>
      <Input
        ref={field}
        className="input--small"
        type="search"
        aria-label={t('terminals.searchFor')}
        aria-invalid={!valid || undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Checkbox label={t('terminals.regex')} checked={regex} onChecked={setRegex} />
      <Checkbox label={t('terminals.matchCase')} checked={matchCase} onChecked={setMatchCase} />
      <span className="term__hits num" role="status">
        {valid ? <HitText text={text} hits={hits} /> : t('terminals.badPattern')}
      </span>
      <Button small onClick={() => find(false)}>
        {t('terminals.previous')}
      </Button>
      <Button small onClick={() => find(true)}>
        {t('terminals.next')}
      </Button>
      <IconButton label={t('terminals.closeSearch')} onClick={onClose}>
        ×
      </IconButton>
    </search>
  );
}

function HitText({ text, hits }: { text: string; hits: Hits | null }) {
  const t = useT();
  if (text === '' || !hits) return null;
  if (hits.count === 0) return t('terminals.noHit');
  if (hits.index < 0) return t('terminals.hits', { count: hits.count });
  return t('terminals.hitOf', { n: hits.index + 1, total: hits.count });
}

// Not from the theme: seen on every ground, and told apart by their border too.
const decorations = {
  matchBackground: '#6b5a1e',
  matchBorder: '#e5a83b',
  matchOverviewRuler: '#e5a83b',
  activeMatchBackground: '#0b6e75',
  activeMatchBorder: '#9ff2f7',
  activeMatchColorOverviewRuler: '#3fb6bd',
};

function isRegex(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    // Half typed: it is said beside the field.
    return false;
  }
}
