// What the page says, in its languages. Words of the ward itself (alarms, presence) come translated.
// SPDX-License-Identifier: Apache-2.0
const words = {
  en: {
    name: "English", notice: "SUPPLEMENTAL: not a primary alarm", beds: "Beds", bed: "Bed",
    alarm: "Alarm", age: "Age", whole: "Whole ward", file: "Ward as .glb", vr: "Enter VR",
    ar: "Enter AR", waiting: "Connecting", live: "Live", unknown: "not known",
    lost: "LINK LOST for {0} s. What is shown is old.", lostShort: "Link lost",
    refused: "Nothing is told here. The address may have no key or an old one: use the one that vicu twin printed, or the page of the portal.",
    still: "Saved state: time stands", alarmsUnknown: "Alarms not known: rules silent",
    worst: "Worst: {0}", calm: "No alarm stands", never: "never", noData: "no data",
    keys: "Arrows turn, + - nearer and further, N next bed, Esc whole ward, L language",
    view: "The ward in three dimensions. The list of beds beside it says the same in words.",
    nogl: "This browser draws no three dimensions here (WebGL 2 is missing). The list of beds goes on.",
    answered: "answered", questionable: "questionable", machine: "ventilated",
    own: "breathes alone",
  },
  zh_CN: {
    name: "中文", notice: "辅助显示：不是主要报警", beds: "床位", bed: "床",
    alarm: "报警", age: "数据时间", whole: "整个病区", file: "病区 .glb 文件", vr: "进入 VR",
    ar: "进入 AR", waiting: "正在连接", live: "实时", unknown: "未知",
    lost: "连接中断 {0} 秒。所显示的是旧数据。", lostShort: "连接中断",
    refused: "此处未收到任何数据。地址可能没有密钥或密钥已过期：请使用 vicu twin 显示的地址，或门户的页面。",
    still: "已保存的状态：时间静止", alarmsUnknown: "报警未知：规则引擎无响应",
    worst: "最严重：{0}", calm: "无报警", never: "从未", noData: "无数据",
    keys: "方向键转动，+ - 远近，N 下一床，Esc 整个病区，L 语言",
    view: "病区三维视图。旁边的床位列表用文字说明相同内容。",
    nogl: "此浏览器不支持三维显示（缺少 WebGL 2）。床位列表继续更新。",
    answered: "已应答", questionable: "可疑", machine: "机械通气", own: "自主呼吸",
  },
};
let used = "en";
export const languages = Object.keys(words);
export function use(code) {
  used = words[code] ? code : "en";
  document.documentElement.lang = used === "zh_CN" ? "zh-CN" : "en";
  return used;
}
export const language = () => used;
export const nextLanguage = () => languages[(languages.indexOf(used) + 1) % languages.length];
export const nameOf = (code) => words[code].name;
export function say(key, ...values) {
  return values.reduce((text, value, i) => text.replace(`{${i}}`, value), words[used][key]);
}
