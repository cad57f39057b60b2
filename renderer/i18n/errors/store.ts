export default {
  en: {
    DISK_FULL:
      'The disk of this computer that holds the data of Trainyard is full, so nothing can be saved. What was saved before is safe and can still be read. Free some space and try again.',
    STORE_DAMAGED:
      'The database of Trainyard is damaged. Restart Trainyard: it sets the damaged file aside and opens the newest good backup.',
    STORE_BUSY:
      'The database of Trainyard is held by another program (a backup or virus scanner, perhaps). Try again in a moment.',
    STORE_READ_ONLY:
      'Trainyard may not write to its data directory. Check the rights of that directory and whether its disk is mounted read-only.',
    STORE_UNREADABLE:
      'The disk that holds the data of Trainyard does not answer as it should. Check the disk; nothing was changed.',
    STORE_NEWER:
      'The data of Trainyard was written by a newer version (form {{version}}; this version knows forms up to {{known}}). Nothing was changed. Install the newer version again, or restore a backup made by this one.',
    STORE_MIGRATION_FAILED:
      'The data of Trainyard could not be brought to the form that this version needs. Nothing was changed. Go back to the version used before, and report this.',
    DATA_IN_USE:
      'Another Trainyard (process {{holder}}) is using this data directory. Use that one, or close it first.',
    BACKUP_UNKNOWN: 'There is no backup {{file}}.',
    BACKUP_DAMAGED: 'The backup {{file}} is damaged. Choose another one.',
    BACKUP_NEWER:
      'The backup {{file}} was made by a newer version of Trainyard. Install that version to restore it.',
    BACKUP_FAILED: 'The scheduled backup could not be made ({{code}}). It is tried again.',
    SETTING_INVALID: 'The setting {{key}} cannot have this value.',
    SETTING_RESET: 'The saved setting {{key}} could not be used, so its default applies.',
    STORE_ROW_DAMAGED:
      'The saved entry "{{what}}" is damaged and was set aside. Everything else is unaffected; runs are found again when their machine is connected.',
    STORE_ATTEMPT: 'attempt {{epoch}} of run {{runId}}',
    STORE_RECOVERED:
      'The database was damaged, so the backup of {{takenAt}} was opened. The damaged file is kept as {{keptAs}}. Runs launched since then are found again on their machines.',
    STORE_BEGUN_ANEW:
      'The database was damaged and there is no good backup, so a new one was begun. The damaged file is kept as {{keptAs}}. Add your sites again: runs are found on their machines.',
    STORE_RESTORED: 'The backup {{file}} was restored. What was there before is kept as {{keptAs}}.',
    ACTIVITY_KEY_REPLACED:
      'The key that protects the activity log was missing and was made anew. Entries up to {{sequence}} could have been changed before; if you did not remove the key yourself, look into it.',
    SITE_EXISTS: 'There is already a site with the identifier {{siteId}}.',
    SITE_UNKNOWN: 'This site is not there any more; it was removed.',
    MACHINE_UNKNOWN: 'This machine is not there any more; its site was removed.',
    RUN_EXISTS: 'There is already a run {{runId}}.',
    RUN_UNKNOWN: 'This run is not there any more; it was deleted.',
    RUN_ATTEMPT_STALE:
      'Attempt {{epoch}} of this run cannot be added: the newest is {{newest}}. Somebody else may have restarted it.',
  },
  'zh-CN': {
    DISK_FULL:
      '本机存放 Trainyard 数据的磁盘已满，无法保存。此前保存的内容是安全的，仍可查看。请清理空间后重试。',
    STORE_DAMAGED: 'Trainyard 的数据库已损坏。请重启 Trainyard：它会保留损坏的文件，并打开最新的完好备份。',
    STORE_BUSY: 'Trainyard 的数据库正被其他程序占用（可能是备份或杀毒软件）。请稍后重试。',
    STORE_READ_ONLY: 'Trainyard 无法写入其数据目录。请检查该目录的权限，以及磁盘是否以只读方式挂载。',
    STORE_UNREADABLE: '存放 Trainyard 数据的磁盘响应异常。请检查磁盘；数据未作任何更改。',
    STORE_NEWER:
      'Trainyard 的数据由更新的版本写入（格式 {{version}}，当前版本最高支持格式 {{known}}）。数据未作任何更改。请重新安装较新的版本，或恢复由当前版本创建的备份。',
    STORE_MIGRATION_FAILED:
      '无法将 Trainyard 的数据升级为当前版本所需的格式。数据未作任何更改。请退回之前使用的版本，并报告此问题。',
    DATA_IN_USE: '另一个 Trainyard（进程 {{holder}}）正在使用此数据目录。请使用那一个，或先将其关闭。',
    BACKUP_UNKNOWN: '备份 {{file}} 不存在。',
    BACKUP_DAMAGED: '备份 {{file}} 已损坏，请选择其他备份。',
    BACKUP_NEWER: '备份 {{file}} 由更新版本的 Trainyard 创建。请安装该版本后再恢复。',
    BACKUP_FAILED: '定时备份失败（{{code}}），将会重试。',
    SETTING_INVALID: '设置项 {{key}} 不能使用这个值。',
    SETTING_RESET: '已保存的设置项 {{key}} 无法使用，现采用默认值。',
    STORE_ROW_DAMAGED:
      '已保存的条目“{{what}}”已损坏，现已搁置。其他内容不受影响；连接其机器后会重新找到运行。',
    STORE_ATTEMPT: '运行 {{runId}} 的第 {{epoch}} 次尝试',
    STORE_RECOVERED:
      '数据库已损坏，因此打开了 {{takenAt}} 的备份。损坏的文件保留为 {{keptAs}}。此后启动的运行会在其机器上重新找到。',
    STORE_BEGUN_ANEW:
      '数据库已损坏且没有完好的备份，因此新建了数据库。损坏的文件保留为 {{keptAs}}。请重新添加站点：运行会在其机器上重新找到。',
    STORE_RESTORED: '已恢复备份 {{file}}。之前的数据保留为 {{keptAs}}。',
    ACTIVITY_KEY_REPLACED:
      '保护操作记录的密钥丢失，已重新生成。第 {{sequence}} 条及之前的记录可能曾被更改；如果密钥不是您自己删除的，请进行核查。',
    SITE_EXISTS: '标识为 {{siteId}} 的站点已存在。',
    SITE_UNKNOWN: '该站点已被移除。',
    MACHINE_UNKNOWN: '该机器已不存在：其站点已被移除。',
    RUN_EXISTS: '运行 {{runId}} 已存在。',
    RUN_UNKNOWN: '该运行已被删除。',
    RUN_ATTEMPT_STALE:
      '无法添加此运行的第 {{epoch}} 次尝试：最新的是第 {{newest}} 次。可能已有人重新启动了它。',
  },
};
