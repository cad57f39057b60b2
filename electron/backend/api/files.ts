import type { Browse } from '#backend/browse/index.ts';
import type { CodeChanges } from '#backend/files/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

export const filesRouter = (files: Browse, code: CodeChanges) =>
  api.files.router({
    list: api.files.list.handler(({ input, signal }) => files.list(input, signal ?? never)),
    page: api.files.page.handler(({ input }) => files.page(input)),
    stat: api.files.stat.handler(({ input, signal }) => files.stat(input, signal ?? never)),
    preview: api.files.preview.handler(({ input, signal }) => files.preview(input, signal ?? never)),
    read: api.files.read.handler(({ input, signal }) => files.read(input, signal ?? never)),
    write: api.files.write.handler(({ input, context, signal }) =>
      files.write(input, context.actor, signal ?? never),
    ),
    makeDirectory: api.files.makeDirectory.handler(({ input, context, signal }) =>
      files.makeDirectory(input, context.actor, signal ?? never),
    ),
    rename: api.files.rename.handler(({ input, context, signal }) =>
      files.rename(input, context.actor, signal ?? never),
    ),
    measure: api.files.measure.handler(({ input, signal }) => files.measure(input, signal ?? never)),
    remove: api.files.remove.handler(({ input, context, signal }) =>
      files.remove(input, context.actor, signal ?? never),
    ),
    find: api.files.find.handler(({ input, signal }) => files.find(input, signal ?? never)),
    codeChanges: api.files.codeChanges.handler(({ input, signal }) => code.changes(input, signal ?? never)),
    codeChange: api.files.codeChange.handler(({ input, signal }) => code.change(input, signal ?? never)),
  });
