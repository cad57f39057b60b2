import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import type { CheckedTasks } from '#shared/domain/spec.ts';

export interface Check {
  result: CheckedTasks | null;
  /** The check itself failed (the backend is away). */
  failure: unknown;
  checking: boolean;
}

const pauseMs = 200;

/** Checks the text as a launch would, a moment after the last key. */
export function useCheck(yaml: string, envs: Readonly<Record<string, string>>): Check {
  const [check, setCheck] = useState<Check>({ result: null, failure: null, checking: false });
  const given = JSON.stringify(envs);
  useEffect(() => {
    if (yaml.trim() === '') {
      setCheck({ result: null, failure: null, checking: false });
      return;
    }
    let gone = false;
    setCheck((before) => ({ ...before, checking: true }));
    const timer = setTimeout(() => {
      rpc()
        .runs.check({ yaml, envs: JSON.parse(given) as Record<string, string> })
        .then((result) => {
          if (!gone) setCheck({ result, failure: null, checking: false });
        })
        .catch((failure: unknown) => {
          if (!gone) setCheck({ result: null, failure, checking: false });
        });
    }, pauseMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [yaml, given]);
  return check;
}
