import { useState } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useActiveMoves } from '#renderer/features/moves/index.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Segments } from '#renderer/ui/index.ts';
import { TrackRow } from './track-row.tsx';
import { layTracks, type TrackGroup } from './tracks.ts';

type Order = 'name' | 'need';

/** More machines than this, and those with nothing on them are folded away. */
const foldAbove = 24;

/** The yard: every machine a track, every accelerator a cell, every run a car. */
export function Yard() {
  const t = useT();
  const [order, setOrder] = useState<Order>('name');
  const may = useMay('operator');
  const machines = useMachines(({ byId }) => byId);
  // The map of runs keeps its identity, so its version is what tells of a change.
  useRuns(({ version }) => version);
  const moves = useActiveMoves();
  const groups = layTracks(machines.values(), useRuns.getState().byId.values(), order, moves);
  return (
    <section className="yard" aria-labelledby="yard-title">
      <div className="yard__head">
        <h2 id="yard-title" title={t('overview.yardHint')}>
          {t('overview.yard')}
        </h2>
        {may ? <span className="quiet yard__hint">{t('move.dragHint')}</span> : null}
        <Segments<Order>
          label={t('overview.order')}
          value={order}
          onValue={setOrder}
          options={[
            { value: 'name', label: t('overview.byName') },
            { value: 'need', label: t('overview.byNeed') },
          ]}
        />
      </div>
      {groups.map((group) => (
        <Group key={group.kind} group={group} />
      ))}
    </section>
  );
}

function Group({ group }: { group: TrackGroup }) {
  const t = useT();
  const [unfolded, setUnfolded] = useState(false);
  const folds = group.tracks.length > foldAbove;
  const used = group.tracks.filter(
    ({ cars, besides, arrivals, need }) => cars.length + besides.length + arrivals.length > 0 || need >= 1,
  );
  const shown = folds && !unfolded ? used : group.tracks;
  const hidden = group.tracks.length - used.length;
  return (
    <div className="yard__group">
      <div className="yard__groupname">
        <h3>
          {group.kind === 'local' ? (
            t('overview.groupLocal')
          ) : (
            <Link href={paths.machines}>{t('overview.groupSsh')}</Link>
          )}
        </h3>
        {group.kind === 'ssh' ? (
          <span className="quiet">
            {t('overview.machines', { count: group.tracks.length, seen: group.seen })}
          </span>
        ) : null}
      </div>
      <ul>
        {shown.map((track) => (
          <TrackRow key={track.machine.id} track={track} />
        ))}
      </ul>
      {folds && hidden > 0 ? (
        <Button small look="quiet" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? t('overview.idleLess') : t('overview.idleMore', { count: hidden })}
        </Button>
      ) : null}
    </div>
  );
}
