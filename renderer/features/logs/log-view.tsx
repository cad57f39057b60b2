import './log.css';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type WheelEvent,
} from 'react';
import { useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, ErrorState, formatInteger } from '#renderer/ui/index.ts';
import { logActions } from './log-keys.ts';
import { LogRow } from './log-row.tsx';
import { LogScrollbar } from './log-scrollbar.tsx';
import { type Hit, LogSearch } from './log-search.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { moveRow, type Row, rowsOf } from './rows.ts';
import { type LogPosition, useLog } from './use-log.ts';

/** The log of one attempt: any length, as a terminal would show it, followed as it grows. */
export function LogView({ runId, epoch, name }: { runId: string; epoch: number; name: string }) {
  const t = useT();
  const fontSize = useSession(({ settings }) => settings?.logFontSize ?? 12);
  const view = useRef<HTMLDivElement>(null);
  const { columns, height, rowPx, px } = useMeasure(view, fontSize);
  const [wrap, setWrap] = useState(() => localStorage.getItem('log.wrap') !== 'off');
  const log = useLog(runId, epoch, height, wrap ? columns : 0);
  const [searching, setSearching] = useState(false);
  const [highlight, setHighlight] = useState<RegExp | null>(null);
  const [hit, setHit] = useState<number | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const toggleWrap = () => {
    localStorage.setItem('log.wrap', wrap ? 'off' : 'on');
    setWrap(!wrap);
  };
  const closeSearch = () => {
    setSearching(false);
    setHit(null);
    view.current?.focus();
  };
  useSlashOpensSearch(setSearching);
  const seek = useSeek(log);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acted = actOnKey(event.key, log, height, {
      toggleWrap,
      search: () => setSearching(true),
      closeSearch,
    });
    if (!acted) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const wheel = useWheel(rowPx, log);
  const rows = visibleRows(log, height, wrap ? columns : 0);
  const { share, at } = barOf(log, rows);

  return (
    <div className="log">
      <LogToolbar
        log={log}
        wrap={wrap}
        onWrap={toggleWrap}
        searching={searching}
        onSearch={() => (searching ? closeSearch() : setSearching(true))}
        run={{ runId, epoch, name }}
      />
      {searching ? (
        <LogSearch
          runId={runId}
          epoch={epoch}
          onPattern={setHighlight}
          onClose={closeSearch}
          onHit={(found: Hit) => {
            setHit(found.offset);
            void log.jumpTo(found.offset, Math.floor(height / 3));
          }}
        />
      ) : null}
      {log.state.error ? <ErrorState error={log.state.error} onRetry={() => log.model.openEnd()} /> : null}
      <div className="log__body">
        <section
          ref={view}
          className={wrap ? 'log__view' : 'log__view log__view--clipped'}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
          tabIndex={0}
          aria-label={t('logs.logOf', { name })}
          style={{ fontSize, lineHeight: `${rowPx}px` }}
          onKeyDown={onKeyDown}
          onWheel={wheel}
        >
          {rows.map((row) => {
            const line = log.state.lines[row.line];
            return line ? (
              <LogRow
                key={`${row.line}.${row.part}`}
                line={line}
                part={row.part}
                columns={wrap ? columns : 0}
                highlight={highlight}
                isHit={hit !== null && log.model.indexOf(hit) === row.line}
                onLink={setLink}
              />
            ) : null;
          })}
          {log.state.lines.length === 0 ? (
            <div className="quiet">{log.state.loading ? t('ui.loading') : t('logs.empty')}</div>
          ) : null}
        </section>
        <LogScrollbar height={px} share={share} at={at} onSeek={seek} />
        {log.state.unread > 0 && !log.following ? (
          <Button className="log__pill" look="primary" onClick={() => log.follow(true)}>
            {t('logs.unread', { count: log.state.unread, n: formatInteger(log.state.unread) })} ↓
          </Button>
        ) : null}
      </div>
      {link === null ? null : (
        <ConfirmDialog
          title={t('logs.openLink')}
          consequence={t('logs.openLinkText', { url: link })}
          actLabel={t('logs.open')}
          danger={false}
          onClose={() => setLink(null)}
          act={async () => openOutside(link)}
        />
      )}
    </div>
  );
}

function openOutside(url: string): void {
  if (window.trainyard) window.trainyard.openExternal(url);
  else window.open(url, '_blank', 'noopener,noreferrer');
}

interface AlsoByKey {
  toggleWrap(): void;
  search(): void;
  closeSearch(): void;
}

/** Does what a key stands for; false where it stands for nothing here. */
function actOnKey(key: string, log: LogPosition, height: number, also: AlsoByKey): boolean {
  const page = Math.max(1, height - 2);
  switch (logActions.get(key)) {
    case 'down':
      log.scrollBy(1);
      break;
    case 'up':
      log.scrollBy(-1);
      break;
    case 'page-down':
      log.scrollBy(page);
      break;
    case 'page-up':
      log.scrollBy(-page);
      break;
    case 'start':
      void log.jumpTo(0);
      break;
    case 'end':
      log.follow(true);
      break;
    case 'follow':
      log.follow(!log.following);
      break;
    case 'wrap':
      also.toggleWrap();
      break;
    case 'search':
      also.search();
      break;
    case 'close-search':
      also.closeSearch();
      break;
    case undefined:
      return false;
  }
  return true;
}

/** "/" searches the log also when the focus is elsewhere on the page. */
function useSlashOpensSearch(setSearching: (searching: boolean) => void): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      setSearching(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [setSearching]);
}

/** Wheels and touchpads give pixels; the log moves by whole rows and keeps the rest for the next turn. */
function useWheel(rowPx: number, log: LogPosition): (event: WheelEvent) => void {
  const rest = useRef(0);
  return (event) => {
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    const unit = event.deltaMode === 0 ? 1 : rowPx;
    rest.current += event.deltaY * unit;
    const rows = Math.trunc(rest.current / rowPx);
    if (rows === 0) return;
    rest.current -= rows * rowPx;
    log.scrollBy(rows);
  };
}

/** Dragging the bar over a gigabyte asks for one place at a time, always the newest. */
function useSeek(log: LogPosition): (at: number) => void {
  const wanted = useRef<number | null>(null);
  const busy = useRef(false);
  const newest = useRef(log);
  newest.current = log;
  return useCallback((at: number) => {
    wanted.current = at;
    if (busy.current) return;
    busy.current = true;
    const work = async () => {
      while (wanted.current !== null) {
        const to = wanted.current;
        wanted.current = null;
        const { jumpTo, follow, state } = newest.current;
        if (to >= 0.9995) follow(true);
        else await jumpTo(Math.floor(to * state.total));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      busy.current = false;
    };
    void work();
  }, []);
}

function visibleRows(log: LogPosition, height: number, columns: number): Row[] {
  const { lines } = log.state;
  if (lines.length === 0) return [];
  const rows: Row[] = [];
  let row: Row = moveRow(
    lines,
    { line: Math.min(log.top.line, lines.length - 1), part: log.top.part },
    0,
    columns,
  );
  const most = rowsOf(lines[row.line] ?? { cells: 0 }, columns) - 1;
  row = { line: row.line, part: Math.min(row.part, most) };
  for (let count = 0; count < height + 1; count++) {
    rows.push(row);
    const next = moveRow(lines, row, 1, columns);
    if (next.line === row.line && next.part === row.part) break;
    row = next;
  }
  return rows;
}

function barOf(log: LogPosition, rows: readonly Row[]): { share: number; at: number } {
  const { lines, total, to } = log.state;
  const first = lines[rows[0]?.line ?? 0]?.offset ?? 0;
  const last = lines[(rows.at(-1)?.line ?? 0) + 1]?.offset ?? to;
  const seen = Math.max(1, last - first);
  const rest = Math.max(1, total - seen);
  return { share: total === 0 ? 1 : seen / total, at: log.following ? 1 : Math.min(1, first / rest) };
}

/** How many cells and rows fit, from the font as it is. */
function useMeasure(view: { current: HTMLElement | null }, fontSize: number) {
  const [size, setSize] = useState({ width: 0, px: 0, cell: fontSize * 0.6 });
  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return;
    const measure = () => {
      const probe = document.createElement('span');
      probe.className = 'log__probe';
      probe.textContent = 'M'.repeat(50);
      element.append(probe);
      const cell = probe.getBoundingClientRect().width / 50;
      probe.remove();
      const style = getComputedStyle(element);
      const inner = (before: string, after: string) => Number.parseFloat(before) + Number.parseFloat(after);
      setSize({
        width: element.clientWidth - inner(style.paddingLeft, style.paddingRight),
        px: element.clientHeight - inner(style.paddingTop, style.paddingBottom),
        cell: cell || fontSize * 0.6,
      });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // The font may come after the first paint and be of another width.
    document.fonts.addEventListener('loadingdone', measure);
    return () => {
      observer.disconnect();
      document.fonts.removeEventListener('loadingdone', measure);
    };
  }, [view, fontSize]);
  return useMemo(() => {
    const rowPx = Math.round(fontSize * 1.55);
    return {
      rowPx,
      px: size.px,
      columns: Math.max(20, Math.floor(size.width / size.cell)),
      height: Math.max(1, Math.floor(size.px / rowPx)),
    };
  }, [size, fontSize]);
}
