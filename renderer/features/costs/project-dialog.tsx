import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog } from '#renderer/ui/index.ts';
import { ProjectField } from './project-field.tsx';

/** Says which project a run belongs to. */
export function ProjectDialog({
  run,
  onClose,
  onDone,
}: {
  run: { id: string; name: string; project: string | null };
  onClose(): void;
  onDone(): void;
}) {
  const t = useT();
  const [project, setProject] = useState(run.project ?? '');
  return (
    <ConfirmDialog
      title={t('costs.projectTitle', { name: run.name })}
      consequence={t('costs.projectText')}
      danger={false}
      actLabel={t('costs.save')}
      onClose={onClose}
      act={async () => {
        await rpc().costs.setProject({ runId: run.id, project: project.trim() || null });
        onDone();
      }}
    >
      <ProjectField hint={t('costs.projectHint')} value={project} onValue={setProject} />
    </ConfirmDialog>
  );
}
