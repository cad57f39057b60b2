import highs, { type Highs } from 'highs';

// Its types are written for CommonJS, where the loader is `default` of what is exported; as a module it is the export itself.
const load = highs as unknown as typeof highs.default;

/**
 * HiGHS from its WebAssembly, some 50 ms. It prints nothing. Of the options that the package describes for giving the bytes,
 * its loader knows only Emscripten's own: with any other it reads the file beside itself, which a bundle has not.
 */
export async function loadHighs(wasm: Uint8Array<ArrayBuffer>): Promise<Highs> {
  const module = await WebAssembly.compile(wasm);
  const options = {
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object {
      done(new WebAssembly.Instance(module, imports));
      return {};
    },
  };
  return load(options as Parameters<typeof load>[0]);
}
