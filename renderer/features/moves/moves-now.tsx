import { useLocation } from 'wouter';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Menu, StatusDot } from '#renderer/ui/index.ts';
import { useActiveMoves } from './move-store.ts';
import { rateText, shortProgress } from './words.ts';

/** In the status bar: how many moves are under way and how fast they copy; each leads to its run. */
export function MovesNow() {
  const t = useT();
  const [, navigate] = useLocation();
  const moves = useActiveMoves();
  if (moves.length === 0) return null;
  const rate = moves.reduce((sum, { progress }) => sum + (progress?.bytesPerSecond ?? 0), 0);
  const count = t('move.underWay', { count: moves.length });
  return (
    <span className="num">
      <StatusDot tone="accent" shape="arrow" />
      <Menu
        align="start"
        trigger={
          <button type="button" aria-haspopup="menu">
            {rate > 0 ? t('app.movesNow', { moves: count, rate: rateText(rate, t) }) : count}
          </button>
        }
        entries={moves.map((move) => ({
          label: `${move.runName} → ${placeName(move.to.machineId, move.to.machineName, t)}`,
          hint: shortProgress(move, t),
          onSelect: () => navigate(paths.run(move.runId, 'moves')),
        }))}
      />
    </span>
  );
}
