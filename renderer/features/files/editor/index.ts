/** CodeMirror and what is made of it: fetched when a text is opened. */
export { CodeEditor, type CodeEditorProps } from './code-editor.tsx';
export { DiffView } from './diff-view.tsx';
