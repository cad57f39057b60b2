import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatBytes, formatInteger, formatPercent, ProgressBar } from '#renderer/ui/index.ts';
import type { Accelerator, Inventory } from '#shared/domain/machine.ts';
import { faultText } from './fault-words.ts';

/** Each GPU as nvtop would show it: how busy, how full, how hot, and by whom. */
export function AcceleratorTable({ inventory }: { inventory: Inventory }) {
  const t = useT();
  return (
    <table className="plain num gpus">
      <thead>
        <tr>
          <th scope="col">{t('sites.gpu')}</th>
          <th scope="col">{t('sites.model')}</th>
          <th scope="col">{t('sites.utilisation')}</th>
          <th scope="col">{t('sites.gpuMemory')}</th>
          <th scope="col" className="right">
            {t('sites.temperature')}
          </th>
          <th scope="col" className="right">
            {t('sites.power')}
          </th>
          <th scope="col">{t('sites.usedBy')}</th>
        </tr>
      </thead>
      <tbody>
        {inventory.accelerators.map((accelerator) => (
          <Row key={accelerator.uuid} accelerator={accelerator} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ accelerator }: { accelerator: Accelerator }) {
  const t = useT();
  const {
    index,
    model,
    mig,
    fault,
    utilisation,
    memoryBytes,
    memoryUsedBytes,
    temperatureC,
    powerW,
    powerLimitW,
  } = accelerator;
  return (
    <tr>
      <td>{mig ? `${mig.parentIndex} / ${mig.profile}` : index}</td>
      <td>
        <span title={accelerator.uuid}>{model}</span>
        {fault === null ? null : <strong className="gpus__fault"> {faultText(fault, t)}</strong>}
      </td>
      <td>
        {utilisation === null ? null : (
          <Bar
            done={utilisation}
            total={100}
            label={t('sites.utilisation')}
            text={formatPercent(utilisation)}
          />
        )}
      </td>
      <td>
        {memoryBytes === null || memoryUsedBytes === null ? null : (
          <Bar
            done={memoryUsedBytes}
            total={memoryBytes}
            label={t('sites.gpuMemory')}
            text={t('sites.memoryOf', {
              used: formatBytes(memoryUsedBytes),
              total: formatBytes(memoryBytes),
            })}
          />
        )}
      </td>
      <td className="right">{temperatureC === null ? '' : `${formatInteger(temperatureC)} °C`}</td>
      <td className="right">
        {powerW === null
          ? ''
          : powerLimitW === null
            ? `${formatInteger(powerW)} W`
            : t('sites.powerOf', { power: formatInteger(powerW), limit: formatInteger(powerLimitW) })}
      </td>
      <td>
        <Users accelerator={accelerator} />
      </td>
    </tr>
  );
}

function Bar({ done, total, label, text }: { done: number; total: number; label: string; text: string }) {
  return (
    <span className="gpus__bar">
      <ProgressBar done={done} total={total} label={label} />
      <span>{text}</span>
    </span>
  );
}

function Users({ accelerator: { processes, fault } }: { accelerator: Accelerator }) {
  const t = useT();
  useRuns(({ version }) => version);
  const { byId } = useRuns.getState();
  if (processes.length === 0)
    return fault === null ? <span className="quiet">{t('sites.freeGpu')}</span> : null;
  return (
    <ul className="gpus__users">
      {processes.map((process) => {
        const run = process.runId === null ? undefined : byId.get(process.runId);
        const memory = process.memoryBytes === null ? '–' : formatBytes(process.memoryBytes);
        return (
          <li key={process.pid}>
            {run ? (
              <Link href={paths.run(run.id)}>
                {run.name} ({memory})
              </Link>
            ) : (
              <span title={`${process.pid}`}>
                {t('sites.processBy', {
                  command: process.command ?? String(process.pid),
                  user: process.user ?? '?',
                  memory,
                })}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
