import { type FormEvent, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, CopyButton, Dialog, ErrorState, Field, Input } from '#renderer/ui/index.ts';
import type { Prompt } from '#shared/domain/site.ts';
import { rpc } from './backend.ts';
import { dropPrompt, usePrompts } from './prompt-store.ts';
import { useMay } from './session-store.ts';

/** What a connection needs from the user, one at a time, over whatever page is open. */
export function Prompts() {
  const prompt = usePrompts(({ prompts }) => prompts[0]);
  const may = useMay('operator');
  if (!prompt || !may) return null;
  return prompt.kind === 'host-key-first-use' ? (
    <HostKeyPrompt key={prompt.id} prompt={prompt} />
  ) : (
    <SecretPrompt key={prompt.id} prompt={prompt} />
  );
}

/** Sends the answer; what it failed with, and whether it is under way. */
function useAnswer(prompt: Prompt) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const answer = async (accept: boolean, answers: string[] = [], remember = false) => {
    setBusy(true);
    setFailure(null);
    try {
      await rpc().sites.answerPrompt({ promptId: prompt.id, accept, answers, remember });
      dropPrompt(prompt.id);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return { busy, failure, answer };
}

function HostKeyPrompt({ prompt }: { prompt: Prompt }) {
  const t = useT();
  const { busy, failure, answer } = useAnswer(prompt);
  const host = prompt.hostKey?.host ?? prompt.siteName;
  return (
    <Dialog
      open
      title={t('app.hostKeyTitle', { host })}
      description={t('app.hostKeyText', { host })}
      onClose={() => void answer(false)}
    >
      <div className="dialog__body">
        {prompt.hostKey ? (
          <dl className="facts">
            <dt>{t('app.hostKeyType')}</dt>
            <dd className="mono">{prompt.hostKey.type}</dd>
            <dt>{t('app.hostKeyFingerprint')}</dt>
            <dd className="mono">
              {prompt.hostKey.fingerprint} <CopyButton text={prompt.hostKey.fingerprint} />
            </dd>
          </dl>
        ) : null}
        {failure ? <ErrorState error={failure} /> : null}
      </div>
      <div className="dialog__actions">
        <Button busy={busy} autoFocus onClick={() => void answer(false)}>
          {t('app.hostKeyReject')}
        </Button>
        <Button busy={busy} look="primary" onClick={() => void answer(true)}>
          {t('app.hostKeyAccept')}
        </Button>
      </div>
    </Dialog>
  );
}

function SecretPrompt({ prompt }: { prompt: Prompt }) {
  const t = useT();
  const { busy, failure, answer } = useAnswer(prompt);
  const questions = questionsOf(prompt, {
    password: t('app.password'),
    passphrase: t('app.passphrase'),
    other: t('app.answer'),
  });
  const [texts, setTexts] = useState<readonly string[]>(questions.map(() => ''));
  const [remember, setRemember] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void answer(true, [...texts], remember);
  };
  const titles = {
    password: t('app.passwordTitle', { site: prompt.siteName }),
    'key-passphrase': t('app.passphraseTitle', { site: prompt.siteName }),
    'keyboard-interactive': t('app.interactiveTitle', { site: prompt.siteName }),
    'host-key-first-use': '',
  };
  return (
    <Dialog
      open
      title={titles[prompt.kind]}
      description={prompt.instruction || undefined}
      onClose={() => void answer(false)}
    >
      <form className="dialog__body" onSubmit={submit}>
        {questions.map(({ id, text, echo }, index) => (
          <Field key={id} label={text}>
            {(ids) => (
              <Input
                {...ids}
                type={echo ? 'text' : 'password'}
                autoFocus={index === 0}
                value={texts[index] ?? ''}
                onChange={(event) =>
                  setTexts(texts.map((old, at) => (at === index ? event.target.value : old)))
                }
              />
            )}
          </Field>
        ))}
        {prompt.kind === 'keyboard-interactive' ? null : (
          <Checkbox label={t('app.remember')} checked={remember} onChecked={setRemember} />
        )}
        {failure ? <ErrorState error={failure} /> : null}
        <div className="dialog__actions">
          <Button busy={busy} onClick={() => void answer(false)}>
            {t('ui.cancel')}
          </Button>
          <Button busy={busy} look="primary" type="submit">
            {t('app.connect')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function questionsOf(prompt: Prompt, words: { password: string; passphrase: string; other: string }) {
  if (prompt.questions.length > 0) {
    return prompt.questions.map(({ text, echo }, index) => ({
      id: `${index}`,
      text: text.trim() === '' ? words.other : text,
      echo,
    }));
  }
  return [{ id: '0', text: prompt.kind === 'password' ? words.password : words.passphrase, echo: false }];
}
