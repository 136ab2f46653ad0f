"""What words in Chinese letters, which are written without spaces, are made of."""

import re

from apps.sanctions.matching.romanising import Script, romanise, script

_MEANINGS = {
    "科技": "technology", "技术": "technology", "技術": "technology", "科学": "science", "科學": "science",
    "电子": "electronics", "電子": "electronics", "贸易": "trading", "貿易": "trading", "集团": "group",
    "集團": "group", "股份": "", "有限": "", "责任": "", "信息": "information", "資訊": "information",
    "网络": "network", "網絡": "network", "软件": "software", "軟體": "software",
    "人工智能": "artificial intelligence", "智能": "intelligent", "智慧": "smart", "研究院": "research institute",
    "研究所": "research institute", "研究": "research", "大学": "university", "大學": "university",
    "实验室": "laboratory", "通信": "communication", "通讯": "communication", "国际": "international",
    "國際": "international", "实业": "industry", "工业": "industry", "工業": "industry", "投资": "investment",
    "银行": "bank", "銀行": "bank", "保险": "insurance", "航空": "aviation", "航天": "aerospace", "船舶": "ship",
    "半导体": "semiconductor", "集成电路": "integrated circuit", "微电子": "microelectronics", "数据": "data",
    "云计算": "cloud computing", "云": "cloud", "物流": "logistics", "发展": "development", "创新": "innovation",
    "设备": "equipment", "机械": "machinery", "制造": "manufacturing", "能源": "energy", "石油": "oil",
    "化工": "chemical", "石化": "petrochemical", "材料": "materials", "基础": "basic", "中国": "china", "中國": "china",
    "北京": "beijing", "上海": "shanghai", "深圳": "shenzhen", "广州": "guangzhou", "廣州": "guangzhou",
    "杭州": "hangzhou", "南京": "nanjing", "武汉": "wuhan", "成都": "chengdu", "重庆": "chongqing", "天津": "tianjin",
    "西安": "xian", "香港": "hongkong", "苏州": "suzhou", "合肥": "hefei", "长沙": "changsha", "市": "",
}  # fmt: skip
_KNOWN = re.compile("(" + "|".join(sorted(map(re.escape, _MEANINGS), key=len, reverse=True)) + ")")


def parts(word: str) -> tuple[str, ...]:
    """The words of one run of Chinese letters in Latin ones: what is generic by its meaning, the rest as it is read."""
    if script(word) == Script.HANGUL and len(word) <= 4:  # a person: each syllable is written apart in Latin letters
        return tuple(romanise(letter) for letter in word)
    if script(word) != Script.HAN:
        return (romanise(word),)
    found: list[str] = []
    for piece in _KNOWN.split(word):
        found.extend(_MEANINGS[piece].split() if piece in _MEANINGS else filter(None, [romanise(piece)]))
    return tuple(found)
