import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, Field, Input } from '#renderer/ui/index.ts';
import type { SshAddress } from '#shared/domain/site.ts';
import { TestDialog } from './test-dialog.tsx';

const form = z.object({
  host: z.string().trim().min(1).max(255),
  name: z.string().trim().max(200),
  user: z.string().trim().max(255),
  port: z
    .string()
    .trim()
    .refine((text) => text === '' || (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535)),
  identityFile: z.string().trim().max(4096),
});
type Form = z.infer<typeof form>;

/** `user@host:port` typed into the host field is taken apart, as ssh's own command line would. */
export function addressFrom(values: Form): SshAddress {
  const typed = /^(?:([^@\s]+)@)?(\[[^\]]+\]|[^:@\s]+)(?::(\d{1,5}))?$/.exec(values.host);
  const host = (typed?.[2] ?? values.host).replace(/^\[|\]$/g, '');
  const user = values.user || typed?.[1];
  const port = values.port || typed?.[3];
  return {
    host,
    ...(user ? { user } : {}),
    ...(port ? { port: Number(port) } : {}),
    ...(values.identityFile ? { identityFile: values.identityFile } : {}),
  };
}

export function AddHostDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [failure, setFailure] = useState<unknown>(null);
  const [testing, setTesting] = useState<SshAddress | null>(null);
  const { register, handleSubmit, formState } = useForm<Form>({
    resolver: zodResolver(form),
    mode: 'onTouched',
    defaultValues: { host: '', name: '', user: '', port: '', identityFile: '' },
  });
  const add = async (values: Form) => {
    setFailure(null);
    try {
      await rpc().sites.add({
        ssh: addressFrom(values),
        connect: true,
        ...(values.name ? { name: values.name } : {}),
      });
      onClose();
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  const { errors, isSubmitting } = formState;
  if (testing)
    return <TestDialog name={testing.host} target={{ ssh: testing }} onClose={() => setTesting(null)} />;
  return (
    <Dialog open title={t('sites.addTitle')} onClose={onClose}>
      <form className="dialog__body" onSubmit={(event) => void handleSubmit(add)(event)}>
        <Field
          label={t('sites.hostField')}
          hint={t('sites.hostHint')}
          error={errors.host ? t('sites.hostNeeded') : undefined}
        >
          {(ids) => <Input {...ids} {...register('host')} autoFocus placeholder="heron" />}
        </Field>
        <div className="sites__pair">
          <Field label={t('sites.userField')}>{(ids) => <Input {...ids} {...register('user')} />}</Field>
          <Field label={t('sites.portField')} error={errors.port ? t('sites.portWrong') : undefined}>
            {(ids) => <Input {...ids} {...register('port')} inputMode="numeric" />}
          </Field>
        </div>
        <Field label={t('sites.keyField')}>
          {(ids) => <Input {...ids} {...register('identityFile')} placeholder="~/.ssh/id_ed25519" />}
        </Field>
        <Field label={t('sites.nameField')}>{(ids) => <Input {...ids} {...register('name')} />}</Field>
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button onClick={() => void handleSubmit((values) => setTesting(addressFrom(values)))()}>
            {t('sites.testFirst')}
          </Button>
          <Button type="submit" look="primary" busy={isSubmitting}>
            {t('sites.add')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
