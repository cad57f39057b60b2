import type { Command } from 'commander';

/** How a verb is added to the program, and what it does when it is called; given to each file of verbs. */
export type Add = (parent: Command, signature: string, description: string) => Command;
export type Act = (command: Command, run: (...args: never[]) => Promise<number | undefined>) => void;
