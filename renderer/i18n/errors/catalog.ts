export default {
  en: {
    OFFERS_DAMAGED: 'The table of offers came damaged. Ask for it again.',
  },
  'zh-CN': {
    OFFERS_DAMAGED: '报价表在传输中损坏，请重新获取。',
  },
};
