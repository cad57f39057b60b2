const works = new Set<() => void>();
process.on('exit', () => {
  for (const work of works) work();
});

/**
 * Has something done when this process ends, as long as what is returned has not been called: what was started must not outlive
 * us. One listener for all, of which there may be more than Node expects.
 */
export function atExit(work: () => void): () => void {
  works.add(work);
  return () => works.delete(work);
}
