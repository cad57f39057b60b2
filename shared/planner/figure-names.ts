/** English names of figures by their key, one word without dots: what the command line prints, and the page where a name is not translated. */
export const figureNames: Readonly<Record<string, string>> = {};

/** A figure's English name; its key where it has none. */
export const englishFigureName = (key: string): string => figureNames[key] ?? key;
