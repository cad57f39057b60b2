import { translateError, useT } from '#renderer/i18n/index.ts';
import { formatDuration, type Shape, StatusDot, type Tone, useTicking } from '#renderer/ui/index.ts';
import { type Connection, connectionStates } from '#shared/domain/site.ts';

type State = Connection['state'];

const looks: Record<State, [Tone, Shape]> = {
  disconnected: ['idle', 'ring'],
  connecting: ['accent', 'half'],
  connected: ['ok', 'filled'],
  'waiting-for-user': ['warn', 'half'],
  unreachable: ['unseen', 'ring'],
  blocked: ['bad', 'cross'],
};

export const asConnectionState = (text: string): State =>
  connectionStates.find((state) => state === text) ?? 'disconnected';

/** How a connection stands, as shape, colour and word. */
export function ConnectionMark({ state }: { state: State }) {
  const t = useT();
  const [tone, shape] = looks[state];
  return (
    <>
      <StatusDot tone={tone} shape={shape} />
      <span className="clip">{t(`sites.connection.${state}`)}</span>
    </>
  );
}

/** Why it is not connected and when it is tried again, in a sentence. */
export function ConnectionReason({ connection }: { connection: Connection }) {
  const t = useT();
  const { error, nextTryAt } = connection;
  const again = useTicking((now) =>
    nextTryAt === undefined || connection.state !== 'unreachable'
      ? ''
      : t('sites.nextTry', { wait: formatDuration(Math.max(0, nextTryAt - now)) }),
  );
  const text = [error ? translateError(error.code, error.params, error.message) : '', again]
    .filter(Boolean)
    .join(' ');
  return text === '' ? null : (
    <span className="quiet clip" title={text}>
      {text}
    </span>
  );
}
