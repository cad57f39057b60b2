export default {
  en: {
    UPLOAD_UNREADABLE: '{{name}} cannot be read any more on this side. Choose or drop it anew.',
    UPLOAD_DROP_UNREADABLE:
      'The browser cannot read {{name}}, so nothing was sent. See to its permissions and its name, then drop it anew.',
    UPLOAD_OTHER_FILES:
      'This is not what the upload of {{name}} was begun with. Choose the same files again.',
    UPLOAD_OTHER_BEGINNING: 'What has arrived of {{path}} is of another file.',
    FILE_CHANGED_SINCE:
      '{{name}} was changed on the machine since you began to edit it. Saving will show both beside each other.',
  },
  'zh-CN': {
    UPLOAD_UNREADABLE: '已无法在本地读取 {{name}}。请重新选择或拖入。',
    UPLOAD_DROP_UNREADABLE: '浏览器无法读取 {{name}}，因此未发送任何内容。请检查其权限和名称，然后重新拖入。',
    UPLOAD_OTHER_FILES: '这与开始上传 {{name}} 时所选的不同。请重新选择相同的文件。',
    UPLOAD_OTHER_BEGINNING: '已到达的 {{path}} 属于另一个文件。',
    FILE_CHANGED_SINCE: '自您开始编辑以来，机器上的 {{name}} 已被更改。保存时会并排显示两者。',
  },
};
