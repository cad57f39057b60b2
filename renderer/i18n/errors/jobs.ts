export default {
  en: {
    JOB_UNKNOWN: 'This has ended already.',
    JOB_NOT_CANCELLABLE: 'This cannot be cancelled any more.',
  },
  'zh-CN': {
    JOB_UNKNOWN: '该任务已经结束。',
    JOB_NOT_CANCELLABLE: '该任务已无法取消。',
  },
};
