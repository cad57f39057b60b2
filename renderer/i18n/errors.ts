/** Sentences for error codes: each room of the backend keeps its own file in `errors/`. */
interface ErrorTable {
  en: Record<string, string>;
  'zh-CN': Record<string, string>;
}

const isTable = (value: unknown): value is ErrorTable =>
  typeof value === 'object' && value !== null && 'en' in value && 'zh-CN' in value;

const modules = import.meta.glob<Record<string, unknown>>('./errors/*.ts', { eager: true });

export const errorTables: Record<string, ErrorTable> = {};
for (const [file, module] of Object.entries(modules)) {
  for (const value of Object.values(module)) if (isTable(value)) errorTables[file] = value;
}

export const errorWords: ErrorTable = {
  en: Object.assign({}, ...Object.values(errorTables).map((table) => table.en)),
  'zh-CN': Object.assign({}, ...Object.values(errorTables).map((table) => table['zh-CN'])),
};
