export default {
  en: {
    UPLOAD_UNREADABLE: '{{name}} cannot be read any more on this side. Choose or drop it anew.',
    FILE_CHANGED_SINCE:
      '{{name}} was changed on the machine since you began to edit it. Saving will show both beside each other.',
  },
  'zh-CN': {
    UPLOAD_UNREADABLE: '已无法在本地读取 {{name}}。请重新选择或拖入。',
    FILE_CHANGED_SINCE: '自您开始编辑以来，机器上的 {{name}} 已被更改。保存时会并排显示两者。',
  },
};
