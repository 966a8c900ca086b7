// Every word of the page, in each language. Keys are the same in both: a test compares them.
"use strict";
// Of an alarm or an escalation: a title of the built-in rules has its Chinese beside it.
function titleOf(item) { return language === "zh" && item.zh ? item.zh : item.title; }
const WORDS = {
  en: {
    supplemental: "Supplemental: the bedside monitor stays the primary alarm.",
    connected: "Connected", connecting: "Connecting", offline: "Not connected", onDuty: "On duty", notOnDuty: "Not on duty",
    dark: "HUB BLIND: nothing heard for {0} s. Alarms are not known here and nobody reaches you. Watch the bedside monitors.",
    blind: "NOT KNOWN NOW: {0}. Watch the bedside monitors.",
    blind_hub: "data of the beds (hub)", blind_rules: "alarms (rules)", blind_store: "strips (store)", blind_escalation: "who is called (escalation)", blind_proof: "whether alarms come here (test alarms)",
    enrolTitle: "This phone is not enrolled", enrolText: "Ask the administrator for a link, or enter a token.",
    enrolOver: "The token of this phone is not good, or no longer. Ask the administrator for a new link.",
    token: "Token", enter: "Enrol this phone",
    startTitle: "Before duty", startFrozen: "This phone can be reached only while this page is in front and the screen is on. If you lock it, close it or switch to another app, you count as unreachable within 7 seconds and the next person is called.",
    begin: "Start duty", end: "End duty", me: "{0}", noRoster: "Nobody of this name is on the roster: alarms are shown, nobody is called by this page.",
    lackWake: "This phone cannot be kept awake by the page: set its screen to stay on.",
    lackBuzz: "This phone does not vibrate for a page.", lackSound: "This phone gives no sound from a page.",
    lackKeep: "This page cannot be kept for when the hub is away: the phone does not trust the site's authority (see below).",
    none: "No escalation to you.", alarms: "Alarms that stand", noAlarms: "none", unknown: "not known now", noneKnown: "Whether anybody calls you is not known now.",
    scope: "Of {0} alone: {1} more beds are not shown here.",
    high: "HIGH !!!", medium: "MEDIUM !!", low: "LOW !", advisory: "ADVISORY", technical: "technical",
    accept: "Accept", way: "On my way", arrived: "At the bedside", handOn: "Hand on", cannot: "Cannot", done: "Done",
    toWhom: "Hand on to whom?", whyNot: "Why not?", back: "Back", busy: "With another patient", far: "Too far away", other: "Other reason",
    began: "since {0}", answerBy: "answer within {0} s", late: "answer is overdue", accepted: "You have accepted", isOnWay: "You are on your way", isThere: "You are at the bedside",
    value: "Value", usual: "Baseline", age: "Age", missing: "not known", invalid: "invalid",
    strip: "{0}, 6 s, {1} to {2} {3}; the dashed line is when the condition began", stripAsk: "The strip is being fetched.", stripNone: "No strip: {0}.", nothing: "nothing was measured",
    seconds: "{0} s", minutes: "{0} min", hours: "{0} h",
    help: "Call for help", helpWhich: "For which bed? One touch calls.", helped: "Help is called for {0}.", helping: "Calling …",
    sent: "Told to the hub.", kept: "Not connected: it is sent as soon as the hub is there.", refused: "Refused: {0}",
    recording: "recording", simulated: "simulated", archive: "archive", by: "answered by {0}", lost: "no data", standby: "standby", transport: "transport", discharged: "discharged",
    trustTitle: "Trust this site's authority", trustText: "The site made its own authority. A phone that trusts it keeps this page for when the hub is away and can install it. Compare the fingerprint with the one that the administrator reads out.",
    trustGet: "Get the authority's certificate", trustAndroid: "Android: Settings, Security, Encryption and credentials, Install a certificate, CA certificate.",
    trustApple: "iPhone: open the file, Settings, Profile downloaded, Install; then General, About, Certificate trust settings, switch it on.",
    trustDesk: "Computer: the browser's settings, Certificates, Authorities, Import, for websites.",
    trustWithout: "Without it the page works after the browser's warning, but is not kept, cannot be installed, and some browsers give no wake lock.",
    title: "vICU bedside",
  },
  zh: {
    supplemental: "辅助系统：床旁监护仪始终是主要报警。",
    connected: "已连接", connecting: "正在连接", offline: "未连接", onDuty: "在岗", notOnDuty: "未上岗",
    dark: "中心失联：{0} 秒没有消息。此处不知道报警，也无法联系到您。请看床旁监护仪。",
    blind: "目前未知：{0}。请看床旁监护仪。",
    blind_hub: "床位数据（中心）", blind_rules: "报警（规则）", blind_store: "波形条（存储）", blind_escalation: "呼叫对象（升级）", blind_proof: "报警能否到达此处（测试报警）",
    enrolTitle: "此手机尚未登记", enrolText: "请向管理员索取链接，或输入令牌。",
    enrolOver: "此手机的令牌无效或已失效。请向管理员索取新链接。",
    token: "令牌", enter: "登记此手机",
    startTitle: "上岗之前", startFrozen: "只有此页面在最前且屏幕亮着时，才能联系到这部手机。锁屏、关闭或切换到其他应用后，7 秒内即视为无法联系，并呼叫下一位。",
    begin: "开始上岗", end: "结束上岗", me: "{0}", noRoster: "排班表中没有此人：只显示报警，此页面不会被呼叫。",
    lackWake: "此页面无法使手机保持唤醒：请把屏幕设为常亮。",
    lackBuzz: "此手机不能为页面振动。", lackSound: "此手机不能为页面发声。",
    lackKeep: "中心离线时无法保留此页面：手机不信任本院证书颁发者（见下文）。",
    none: "没有给您的呼叫。", alarms: "当前报警", noAlarms: "无", unknown: "目前未知", noneKnown: "目前不知道是否有人呼叫您。",
    scope: "仅显示 {0}：另有 {1} 张床不在此显示。",
    high: "高 !!!", medium: "中 !!", low: "低 !", advisory: "提示", technical: "技术",
    accept: "接受", way: "正在赶来", arrived: "已到床旁", handOn: "转交", cannot: "不能前往", done: "完成",
    toWhom: "转交给谁？", whyNot: "为什么不能？", back: "返回", busy: "正在处理其他患者", far: "距离太远", other: "其他原因",
    began: "自 {0} 起", answerBy: "请在 {0} 秒内回答", late: "回答已超时", accepted: "您已接受", isOnWay: "您正在赶来", isThere: "您已到床旁",
    value: "数值", usual: "基线", age: "时效", missing: "未知", invalid: "无效",
    strip: "{0}，6 秒，{1} 至 {2} {3}；虚线为情况开始时刻", stripAsk: "正在读取波形条。", stripNone: "没有波形条：{0}。", nothing: "没有测量值",
    seconds: "{0} 秒", minutes: "{0} 分", hours: "{0} 小时",
    help: "呼叫帮助", helpWhich: "哪张床？点一下即呼叫。", helped: "已为 {0} 呼叫帮助。", helping: "正在呼叫…",
    sent: "已通知中心。", kept: "未连接：恢复连接后立即发送。", refused: "被拒绝：{0}",
    recording: "录制数据", simulated: "模拟数据", archive: "归档数据", by: "由 {0} 回答", lost: "无数据", standby: "待机", transport: "转运中", discharged: "已出院",
    trustTitle: "信任本院的证书颁发者", trustText: "本院自建了证书颁发者。信任它的手机可在中心离线时保留此页面，并可安装。请与管理员读出的指纹核对。",
    trustGet: "获取颁发者证书", trustAndroid: "安卓：设置、安全、加密与凭据、安装证书、CA 证书。",
    trustApple: "iPhone：打开文件，设置、已下载描述文件、安装；然后通用、关于本机、证书信任设置，打开开关。",
    trustDesk: "电脑：浏览器设置、证书、颁发机构、导入，用于网站。",
    trustWithout: "不信任时，通过浏览器警告后页面可用，但不能保留、不能安装，有些浏览器不能保持唤醒。",
    title: "vICU 床旁",
  },
};
let language = "en";
function say(key, ...values) {
  const text = WORDS[language][key];
  return values.reduce((line, value, i) => line.replace("{" + i + "}", value), text === undefined ? key : text);
}
function speak(code) {
  language = code === "zh" ? "zh" : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  const other = document.getElementById("language");
  other.textContent = language === "zh" ? "English" : "中文";
  other.lang = language === "zh" ? "en" : "zh";
}
function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  return s < 120 ? say("seconds", s) : s < 7200 ? say("minutes", Math.round(s / 60)) : say("hours", Math.round(s / 3600));
}
