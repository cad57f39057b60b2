import { useEffect, useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, ErrorState, formatInteger, IconButton, Input } from '#renderer/ui/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

export interface Hit {
  offset: number;
  lineNumber: number;
  text: string;
}

const limit = 1000;

/** Searches the whole log where it lies, on the box; hits come as they are found. */
export function LogSearch({
  runId,
  epoch,
  onHit,
  onPattern,
  onClose,
}: {
  runId: string;
  epoch: number;
  onHit(hit: Hit): void;
  onPattern(pattern: RegExp | null): void;
  onClose(): void;
}) {
  const t = useT();
  const [pattern, setPattern] = useState('');
  const [regex, setRegex] = useState(true);
  const [ignoreCase, setIgnoreCase] = useState(true);
  const { hits, searching, error } = useHits(runId, epoch, pattern, regex, ignoreCase);
  const [chosen, setChosen] = useState(-1);
  const list = useRef<HTMLOListElement>(null);

  useEffect(() => onPattern(toRegExp(pattern, regex, ignoreCase)), [pattern, regex, ignoreCase, onPattern]);
  useEffect(() => () => onPattern(null), [onPattern]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins at none
  useEffect(() => setChosen(-1), [pattern, regex, ignoreCase]);

  const choose = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    setChosen(index);
    onHit(hit);
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  };
  const step = (by: number) =>
    choose(hits.length === 0 ? -1 : (Math.max(-1, chosen) + by + hits.length) % hits.length);

  return (
    <section className="log__search" aria-label={t('logs.search')}>
      <div className="log__find">
        <Input
          autoFocus
          type="search"
          className="input--small"
          aria-label={t('logs.searchFor')}
          placeholder={t('logs.searchPlaceholder')}
          maxLength={1000}
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape') onClose();
          }}
        />
        <Checkbox label={t('logs.regex')} checked={regex} onChecked={setRegex} />
        <Checkbox
          label={t('logs.matchCase')}
          checked={!ignoreCase}
          onChecked={(match) => setIgnoreCase(!match)}
        />
        <span className="quiet num" aria-live="polite">
          {pattern === ''
            ? ''
            : hits.length >= limit
              ? t('logs.hitsMany', { n: formatInteger(limit) })
              : searching && hits.length === 0
                ? t('logs.searching')
                : t('logs.hits', { count: hits.length, n: formatInteger(hits.length) })}
        </span>
        <Button small disabled={hits.length === 0} onClick={() => step(-1)}>
          {t('logs.previous')}
        </Button>
        <Button small disabled={hits.length === 0} onClick={() => step(1)}>
          {t('logs.next')}
        </Button>
        <IconButton small label={t('ui.close')} onClick={onClose}>
          ✕
        </IconButton>
      </div>
      {error ? <ErrorState error={error} /> : null}
      {hits.length > 0 ? (
        <ol className="log__hits" ref={list}>
          {hits.map((hit, index) => (
            <li key={hit.offset}>
              <button
                type="button"
                aria-current={index === chosen ? 'true' : undefined}
                onClick={() => choose(index)}
              >
                <span className="quiet num">{formatInteger(hit.lineNumber)}</span>
                <span className="clip">{withoutSequences(hit.text)}</span>
              </button>
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}

/** The same pattern for marking what is in view; null where this side cannot read it or there is nothing to mark. */
function toRegExp(pattern: string, regex: boolean, ignoreCase: boolean): RegExp | null {
  if (pattern === '') return null;
  const source = regex ? pattern : pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(source, ignoreCase ? 'gi' : 'g');
  } catch {
    // grep on the box reads it another way, or says what is wrong with it.
    return null;
  }
}

const withoutSequences = (text: string): string =>
  text.replace(
    /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)|[\u0000-\u001f\u007f]/g,
    '',
  );

function useHits(runId: string, epoch: number, pattern: string, regex: boolean, ignoreCase: boolean) {
  const [hits, setHits] = useState<readonly Hit[]>([]);
  const [searching, setSearching] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    setHits([]);
    setError(null);
    setSearching(pattern !== '');
    if (pattern === '') return;
    const abort = new AbortController();
    const found: Hit[] = [];
    // Shown a few times a second, not once per hit.
    const show = () => setHits([...found]);
    const timer = setInterval(() => {
      if (found.length > 0) show();
    }, 150);
    const search = async () => {
      const results = await rpc().logs.search(
        { runId, epoch, pattern, regex, ignoreCase, limit },
        { signal: abort.signal },
      );
      for await (const hit of results) found.push(hit);
    };
    const start = setTimeout(() => {
      search()
        .catch((thrown: unknown) => {
          if (!abort.signal.aborted) setError(TrainyardError.from(thrown));
        })
        .finally(() => {
          clearInterval(timer);
          if (abort.signal.aborted) return;
          show();
          setSearching(false);
        });
    }, 250);
    return () => {
      abort.abort();
      clearTimeout(start);
      clearInterval(timer);
    };
  }, [runId, epoch, pattern, regex, ignoreCase]);
  return { hits, searching, error };
}
