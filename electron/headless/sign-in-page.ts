/** The one page that is there for whoever is not signed in: a form for a named token. No script, and no style inline. */

const words = {
  en: {
    title: 'Sign in to Trainyard',
    label: 'Your token',
    hint: 'The owner of this Trainyard makes one in Settings, or with “trainyard token create”.',
    button: 'Sign in',
    wrong: 'This token is not one of ours, has ended, or was revoked.',
    wait: 'Too many wrong tokens. Try again in a minute.',
  },
  'zh-CN': {
    title: '登录 Trainyard',
    label: '您的令牌',
    hint: '由此 Trainyard 的所有者在“设置”中创建，或使用“trainyard token create”创建。',
    button: '登录',
    wrong: '此令牌无效、已过期或已被吊销。',
    wait: '错误的令牌过多。请一分钟后再试。',
  },
} as const;

/** `problem`: what to say about the try before. `languages` is the browser's Accept-Language. */
export function signInPage(problem: 'wrong' | 'wait' | null, languages = ''): string {
  const language = /^\s*zh/i.test(languages) ? 'zh-CN' : 'en';
  const say = words[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${say.title}</title>
<link rel="stylesheet" href="/sign-in.css">
</head>
<body>
<main>
<h1>${say.title}</h1>
<form method="post" action="/sign-in">
<label for="token">${say.label}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${problem ? `<p class="problem" role="alert">${say[problem]}</p>` : ''}
<button type="submit">${say.button}</button>
<p class="hint">${say.hint}</p>
</form>
</main>
</body>
</html>
`;
}

export const signInStyle = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f5f6f7, #0f1214); color: light-dark(#15191c, #e6e9eb); }
main { width: min(24rem, calc(100vw - 2rem)); }
h1 { font-size: 1.3rem; margin: 0 0 1rem; }
form { display: grid; gap: .5rem; }
input, button { font: inherit; padding: .5rem .6rem; border-radius: 6px; border: 1px solid light-dark(#8a939a, #5a646c); }
button { border-color: transparent; background: #1f6feb; color: #fff; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid #1f6feb; outline-offset: 2px; }
.problem { margin: 0; color: light-dark(#b3261e, #ffb4ab); }
.hint { margin: 0; font-size: .85rem; color: light-dark(#4a5359, #a7b0b6); }
`;

/** The form may go here and nowhere else; same-origin, because under no-referrer a browser hides where a form comes from. */
export const signInHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
};
