import type { ServiceGuess } from '#shared/domain/forward.ts';

/** By what a program is called with; the first that fits. Words are looked for as such, not within others. */
const signs: readonly [ServiceGuess, RegExp][] = [
  ['tensorboard', /(^|[\s/])tensorboard(\s|$|[./]main)|tensorboard\.main|-m\s+tensorboard/],
  [
    'jupyter',
    /(^|[\s/])jupyter(-\w+)?(\s|$)|(^|[\s/])(notebook|jupyterlab|ipykernel_launcher)(\s|$)|-m\s+(jupyter|notebook|jupyterlab)/,
  ],
  ['mlflow', /(^|[\s/])mlflow(\s|$)|mlflow\.server/],
  ['wandb', /(^|[\s/])wandb(-\w+)?(\s|$)/],
  ['ray', /(^|[\s/])(raylet|gcs_server)(\s|$)|ray\/dashboard|(^|[\s/])ray\s+(start|dashboard)/],
  ['vllm', /(^|[\s/])vllm(\s|$)|vllm\.entrypoints/],
  ['gradio', /(^|[\s/])gradio(\s|$)/],
  ['streamlit', /(^|[\s/])streamlit(\s|$)/],
  [
    'web',
    /http\.server|SimpleHTTPServer|(^|[\s/])(nginx|caddy|httpd|apache2|lighttpd|gunicorn|uvicorn|hypercorn|flask|aim|visdom)(:|\s|$)|manage\.py\s+runserver|(^|[\s/])(vite|next|http-server)(\s|$)/,
  ],
];
/** Where nobody may see the process: ports that are used for little else. */
const ports: Readonly<Record<number, ServiceGuess>> = {
  6006: 'tensorboard',
  8888: 'jupyter',
  8265: 'ray',
  7860: 'gradio',
  8501: 'streamlit',
  80: 'web',
  8080: 'web',
};

/** What probably listens there. `command`: with its arguments; both may be empty. */
export function guessService(name: string, command: string, port: number): ServiceGuess | null {
  const said = `${command}`.slice(0, 2048);
  if (said.trim() === '' && name === '') return ports[port] ?? null;
  for (const [guess, sign] of signs) if (sign.test(said) || sign.test(name)) return guess;
  return null;
}
