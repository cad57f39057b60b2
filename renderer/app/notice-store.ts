import { create } from 'zustand';
import { t } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
import type { Notice, Progress } from '#shared/domain/event.ts';
import { rpc } from './backend.ts';
import type { LivePart } from './live-part.ts';
import { sayError, useSession } from './session-store.ts';

interface NoticesState {
  /** Not yet dismissed, newest first. */
  notices: readonly Notice[];
  /** Long jobs under way, by their id. */
  jobs: ReadonlyMap<string, Progress>;
}

export const useNotices = create<NoticesState>()(() => ({ notices: [], jobs: new Map() }));

const without = (id: string) =>
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));

export const noticesPart: LivePart = {
  async reload(client) {
    const { notices, jobs } = await client.app.notices();
    useNotices.setState({ notices, jobs: new Map(jobs.map((job) => [job.jobId, job])) });
  },
  apply(event) {
    if (event.type === 'notice') {
      without(event.notice.id);
      useNotices.setState(({ notices }) => ({ notices: [event.notice, ...notices] }));
    } else if (event.type === 'progress') {
      useNotices.setState(({ jobs }) => {
        const next = new Map(jobs);
        if (event.progress.state === 'running') next.set(event.progress.jobId, event.progress);
        else next.delete(event.progress.jobId);
        return { jobs: next };
      });
    }
  },
};

export async function dismissNotice(id: string): Promise<void> {
  without(id);
  // Who only looks puts it away on their own screen.
  if (useSession.getState().info?.role === 'viewer') return;
  try {
    await rpc().app.dismissNotice({ id });
  } catch (thrown) {
    sayError(thrown);
  }
}

const undoMs = 8_000;

/** Puts a notice away; for good only when the time for having it back is over. `back`: it is shown again. */
export function dismissLater(notice: Notice, back: () => void): void {
  without(notice.id);
  const timer = setTimeout(() => void dismissNotice(notice.id), undoMs);
  toast('info', t('app.noticeGone'), {
    id: `undo ${notice.id}`,
    forMs: undoMs,
    actions: [
      {
        label: t('app.undo'),
        run: () => {
          clearTimeout(timer);
          back();
          useNotices.setState(({ notices }) => ({ notices: [notice, ...notices] }));
        },
      },
    ],
  });
}
