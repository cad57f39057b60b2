import { useCallback, useEffect, useRef, useState } from 'react';
import { anyDirty, draftOf, isDirty } from './editor/draft-store.ts';

/**
 * Asks before an open file with unsaved changes is left: for another file or directory, by a link to another page, by closing the
 * window. What is kept is found again when the file is opened.
 */
export function useLeaving(file: { machineId: string; path: string } | null) {
  const [next, setNext] = useState<(() => void) | null>(null);
  const open = useRef(file);
  open.current = file;
  const isUnsaved = useCallback(
    () => open.current !== null && isDirty(draftOf(open.current.machineId, open.current.path)),
    [],
  );
  const ask = useCallback(
    (go: () => void) => {
      if (isUnsaved()) setNext(() => go);
      else go();
    },
    [isUnsaved],
  );
  useEffect(() => {
    const leaves = { current: false };
    const onLink = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (!(link instanceof HTMLAnchorElement) || link.download !== '' || link.origin !== location.origin)
        return;
      if (!isUnsaved()) return;
      event.preventDefault();
      event.stopPropagation();
      // Asked once: the second click goes through.
      setNext(() => () => {
        leaves.current = true;
        link.click();
        leaves.current = false;
      });
    };
    const listen = (event: MouseEvent) => {
      if (!leaves.current) onLink(event);
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      if (anyDirty()) event.preventDefault();
    };
    document.addEventListener('click', listen, true);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('click', listen, true);
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [isUnsaved]);
  return {
    asking: next !== null,
    ask,
    leave: () => {
      const go = next;
      setNext(null);
      go?.();
    },
    stay: () => setNext(null),
  };
}
