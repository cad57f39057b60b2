import { useT } from '#renderer/i18n/index.ts';
import type { Forward } from '#shared/domain/forward.ts';
import { ForwardRow } from './forward-row.tsx';
import { isHere } from './naming.ts';

/** Forwarded ports, one a row. `ofRun`: those of one run, whose machine needs no saying. */
export function ForwardTable({ forwards, ofRun = false }: { forwards: readonly Forward[]; ofRun?: boolean }) {
  const t = useT();
  return (
    <>
      {isHere() ? null : <p className="quiet">{t('ports.elsewhere')}</p>}
      <table className="plain-table ports__table">
        <thead>
          <tr>
            <th scope="col">{t('ports.service')}</th>
            <th scope="col">{t('ports.from')}</th>
            <th scope="col">{t('ports.address')}</th>
            <th scope="col">{t('ports.traffic')}</th>
            <th scope="col">
              <span className="hidden-visually">{t('ports.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {forwards.map((forward) => (
            <ForwardRow key={forward.id} forward={forward} ofRun={ofRun} />
          ))}
        </tbody>
      </table>
    </>
  );
}
