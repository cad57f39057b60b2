import '#renderer/ui/fonts.css';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App, preloadPages } from '#renderer/app/app.tsx';
import { setBackend } from '#renderer/app/backend.ts';
import { startLive } from '#renderer/app/live.ts';
import { applyStoredLook } from '#renderer/app/theme.ts';
import { connectFromBrowser } from '#renderer/rpc/index.ts';

// The content policy forbids making code from text, which zod would try for speed.
z.config({ jitless: true });

applyStoredLook();
// The connection and the first questions are under way before React draws anything.
const connection = connectFromBrowser();
setBackend(connection);
startLive(connection);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
setTimeout(preloadPages, 1500);
