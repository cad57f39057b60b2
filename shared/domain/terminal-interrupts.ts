/** Ctrl-C, Ctrl-Z, Ctrl-\. */
const interrupts = [0x03, 0x1a, 0x1c];

/** Whether what is typed ends or stops a program: of what it has still put out nobody reads much. */
export const isInterrupt = (typed: Uint8Array): boolean => interrupts.some((key) => typed.includes(key));
