import * as unicodeModule from '@xterm/addon-unicode11';
import * as headlessModule from '@xterm/headless';

/** They are CommonJS: Node gives their names below `default`, a bundler beside it. */
const inside = <Module extends object>(module: Module): Module =>
  (module as { default?: Module }).default ?? module;

export const { Terminal: HeadlessTerminal } = inside(headlessModule);
export const { Unicode11Addon } = inside(unicodeModule);
export type Emulator = headlessModule.Terminal;
