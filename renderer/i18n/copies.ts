import { words } from './words.ts';

/** Words of copies between machines. */
export const copies = words({
  en: {
    title: 'Transfers',
    text: 'Files on their way between machines, each checked by its hash. What is cut off goes on from where it was.',
    none: 'Nothing is under way, and nothing has ended since the list was cleared.',
    again: 'Go on',
    show: 'Show',
    clear: 'Clear those that ended',
    uploading_one: '{{count}} upload',
    uploading_other: '{{count}} uploads',
    underWay_one: '{{count}} copy',
    underWay_other: '{{count}} copies',
    'state.running': 'under way',
    'state.done': 'done',
    'state.failed': 'failed',
    'state.cancelled': 'cancelled',
    recopied_one: '{{count}} file changed meanwhile and was copied again',
    recopied_other: '{{count}} files changed meanwhile and were copied again',
  },
  'zh-CN': {
    title: '传输',
    text: '在机器之间传输的文件，每个都按哈希校验。中断的会从原处继续。',
    none: '没有进行中的传输，清空后也没有结束的。',
    again: '继续',
    show: '显示',
    clear: '清除已结束的',
    uploading_other: '{{count}} 个上传',
    underWay_other: '{{count}} 个复制',
    'state.running': '进行中',
    'state.done': '完成',
    'state.failed': '失败',
    'state.cancelled': '已取消',
    recopied_other: '有 {{count}} 个文件在此期间改变，已重新复制',
  },
});
