import highs, { type Highs } from 'highs';

// Its types are written for CommonJS, where the loader is `default` of what is exported; as a module it is the export itself.
const load = highs as unknown as typeof highs.default;

/** HiGHS from its WebAssembly, some 50 ms. It prints nothing. */
export const loadHighs = (wasm: Uint8Array): Promise<Highs> => load({ wasmBinary: wasm });
