import { useState } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, Badge, IconButton, Menu } from '#renderer/ui/index.ts';
import type { Credential } from '#shared/domain/credential.ts';
import { ageMarks } from './age-marks.ts';
import { DeleteCredential, RenameCredential, RotateCredential } from './credential-dialogs.tsx';

type Acting = { what: 'rotate' | 'rename' | 'delete'; credential: Credential } | null;

export function CredentialTable({
  credentials,
  locked,
}: {
  credentials: readonly Credential[];
  locked: boolean;
}) {
  const t = useT();
  const mayAct = useMay('operator');
  const [acting, setActing] = useState<Acting>(null);
  const close = () => setActing(null);
  return (
    <>
      <table className="plain num credentials__table">
        <thead>
          <tr>
            <th scope="col">{t('credentials.name')}</th>
            <th scope="col">{t('credentials.kind')}</th>
            <th scope="col" className="credentials__age">
              {t('credentials.changed')}
            </th>
            <th scope="col" className="credentials__age">
              {t('credentials.used')}
            </th>
            <th scope="col">{t('credentials.usedBy')}</th>
            <th scope="col" className="credentials__act">
              <span className="hidden-visually">{t('credentials.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {credentials.map((credential) => (
            <tr key={credential.id}>
              <td>
                <NameCell credential={credential} />
              </td>
              <td className="quiet">
                {t(`credentials.kind.${credential.kind}`)}
                {credential.scope === '' ? null : <div className="mono clip">{credential.scope}</div>}
              </td>
              <td>{credential.changedAt === 0 ? '–' : <Age at={credential.changedAt} />}</td>
              <td>{credential.usedAt === null ? t('credentials.never') : <Age at={credential.usedAt} />}</td>
              <td className="quiet">
                <Uses credential={credential} />
              </td>
              <td className="right">
                {mayAct && !locked ? (
                  <Menu
                    trigger={
                      <IconButton label={`${t('credentials.actions')}: ${credential.name}`}>⋯</IconButton>
                    }
                    entries={[
                      {
                        label: t('credentials.rotate'),
                        onSelect: () => setActing({ what: 'rotate', credential }),
                      },
                      {
                        label: t('credentials.rename'),
                        onSelect: () => setActing({ what: 'rename', credential }),
                      },
                      {
                        label: t('credentials.delete'),
                        danger: true,
                        onSelect: () => setActing({ what: 'delete', credential }),
                      },
                    ]}
                  />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {acting?.what === 'rotate' ? <RotateCredential credential={acting.credential} onClose={close} /> : null}
      {acting?.what === 'rename' ? <RenameCredential credential={acting.credential} onClose={close} /> : null}
      {acting?.what === 'delete' ? <DeleteCredential credential={acting.credential} onClose={close} /> : null}
    </>
  );
}

function NameCell({ credential }: { credential: Credential }) {
  const t = useT();
  const { unused, old } = ageMarks(credential, Date.now());
  return (
    <span className="credentials__name">
      <b className="clip" title={credential.name}>
        {credential.name}
      </b>
      {credential.problem ? <Badge tone="bad">{t(`credentials.problem.${credential.problem}`)}</Badge> : null}
      {unused ? (
        <span title={t('credentials.unusedHint')}>
          <Badge tone="warn">{t('credentials.unused')}</Badge>
        </span>
      ) : null}
      {old ? (
        <span title={t('credentials.oldHint')}>
          <Badge tone="warn">{t('credentials.old')}</Badge>
        </span>
      ) : null}
    </span>
  );
}

function Uses({ credential: { usedBy } }: { credential: Credential }) {
  const t = useT();
  const [first] = usedBy;
  if (!first) return null;
  const names = usedBy.map(({ name }) => name).join('\n');
  const shown = first.kind === 'run' ? <Link href={paths.run(first.place)}>{first.name}</Link> : first.name;
  return (
    <span className="clip credentials__uses" title={names}>
      {shown}
      {usedBy.length > 1 ? ` +${usedBy.length - 1}` : null}
      <span className="hidden-visually">
        {t('credentials.usedBy')}: {names}
      </span>
    </span>
  );
}
