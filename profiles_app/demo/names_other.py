"""Given and family names of cultures that do not write in Latin letters, each with a plain spelling."""

from typing import Final

from profiles_app.demo.names import Culture, read_culture

UKRAINIAN: Final = read_culture(
    female="""Олена=olena Оксана=oksana Соломія=solomiia Ганна=hanna Ярина=yaryna Дарина=daryna Людмила=liudmyla
    Катерина=kateryna""",
    male="""Тарас=taras Богдан=bohdan Андрій=andrii Остап=ostap Дмитро=dmytro Юрій=yurii Левко=levko Назар=nazar""",
    family="""Шевчук=shevchuk Коваленко=kovalenko Бондар=bondar Мельник=melnyk Ткаченко=tkachenko Лисенко=lysenko
    Гончарук=honcharuk Савчук=savchuk Яремчук=yaremchuk Ґудзь=gudz""",
)
RUSSIAN: Final = read_culture(
    female="Анна=anna Мария=maria Екатерина=ekaterina Ольга=olga Ксения=kseniya Полина=polina Вера=vera",
    male="Иван=ivan Сергей=sergei Алексей=alexei Михаил=mikhail Пётр=pyotr Фёдор=fyodor Глеб=gleb",
    family="""Соколова=sokolova/Соколов=sokolov Морозова=morozova/Морозов=morozov Лебедева=lebedeva/Лебедев=lebedev
    Зайцева=zaitseva/Зайцев=zaitsev Воробьёва=vorobyova/Воробьёв=vorobyov Орлова=orlova/Орлов=orlov
    Щукина=shchukina/Щукин=shchukin""",
)
BULGARIAN: Final = read_culture(
    female="Елена=elena Цветана=tsvetana Радка=radka Яна=yana Десислава=desislava",
    male="Георги=georgi Димитър=dimitar Петър=petar Стоян=stoyan Красимир=krasimir",
    family="""Иванова=ivanova/Иванов=ivanov Стоянова=stoyanova/Стоянов=stoyanov Ангелова=angelova/Ангелов=angelov
    Тодорова=todorova/Тодоров=todorov""",
)
GREEK: Final = read_culture(
    female="Ελένη=eleni Μαρία=maria Κατερίνα=katerina Σοφία=sofia Δήμητρα=dimitra Ιωάννα=ioanna Θάλεια=thaleia",
    male="Γιώργος=giorgos Νίκος=nikos Δημήτρης=dimitris Κώστας=kostas Αλέξανδρος=alexandros Ηλίας=ilias",
    family="""Παπαδοπούλου=papadopoulou/Παπαδόπουλος=papadopoulos Οικονόμου=oikonomou Γεωργίου=georgiou
    Νικολάου=nikolaou Βλάχου=vlachou/Βλάχος=vlachos Δημητρίου=dimitriou Αντωνίου=antoniou
    Καραγιάννη=karagianni/Καραγιάννης=karagiannis""",
)
ARABIC: Final = read_culture(
    female="فاطمة=fatima ليلى=layla مريم=mariam نور=nour سلمى=salma ياسمين=yasmin هدى=huda زينب=zainab",
    male="محمد=mohamed أحمد=ahmed يوسف=youssef خالد=khaled عمر=omar حسن=hassan طارق=tariq كريم=karim",
    family="""المصري=elmasry حداد=haddad الخطيب=alkhatib منصور=mansour السيد=elsayed النجار=alnajjar فاروق=farouk
    الشامي=alshami بن_علي=benali الزهراني=alzahrani قاسم=qasim""",
)
HEBREW: Final = read_culture(
    female="נועה=noa תמר=tamar שירה=shira יעל=yael מיכל=michal אביגיל=avigail רות=ruth",
    male="דוד=david יונתן=yonatan איתי=itai אורי=uri משה=moshe גלעד=gilad עומר=omer",
    family="כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz ביטון=biton פרידמן=friedman אברהם=avraham שפירא=shapira",
)
HINDI: Final = read_culture(
    female="प्रिया=priya अनन्या=ananya सुनीता=sunita कविता=kavita राधा=radha मीरा=meera दिव्या=divya गीता=geeta",
    male="अर्जुन=arjun राहुल=rahul विक्रम=vikram अमित=amit संजय=sanjay रोहित=rohit कृष्ण=krishna मनोज=manoj",
    family="""शर्मा=sharma वर्मा=verma गुप्ता=gupta सिंह=singh त्रिपाठी=tripathi मिश्रा=mishra चौहान=chauhan
    यादव=yadav जोशी=joshi पाण्डेय=pandey""",
)
TAMIL: Final = read_culture(
    female="கயல்விழி=kayalvizhi மீனாட்சி=meenakshi தமிழ்ச்செல்வி=tamilselvi பவித்ரா=pavithra",
    male="முருகன்=murugan கார்த்திக்=karthik இளங்கோ=ilango செந்தில்=senthil",
    family="சுப்பிரமணியன்=subramanian ராஜன்=rajan வேலு=velu நடராஜன்=natarajan",
)
CHINESE: Final = read_culture(
    female="芳=fang 秀英=xiuying 静怡=jingyi 丽=li 雨桐=yutong 欣怡=xinyi 婷=ting 梓涵=zihan 晓燕=xiaoyan",
    male="伟=wei 强=qiang 浩然=haoran 子轩=zixuan 建国=jianguo 磊=lei 宇航=yuhang 明=ming 志强=zhiqiang",
    family="王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 赵=zhao 黄=huang 周=zhou 吴=wu 欧阳=ouyang 孙=sun",
    family_first=True,
    joiner="",
)
TAIWANESE: Final = read_culture(
    female="淑芬=shufen 雅婷=yating 怡君=yichun 佳穎=chiaying 詩涵=shihhan 美玲=meiling",
    male="志明=chihming 家豪=chiahao 俊傑=chunchieh 冠宇=kuanyu 承恩=chengen 宗翰=tsunghan",
    family="陳=chen 林=lin 黃=huang 張=chang 吳=wu 蔡=tsai 鄭=cheng 謝=hsieh 許=hsu 郭=kuo",
    family_first=True,
    joiner="",
)
JAPANESE: Final = read_culture(
    female="""花子=hanako 陽菜=hina さくら=sakura 美咲=misaki 結衣=yui 葵=aoi 千尋=chihiro 恵=megumi 彩花=ayaka
    ひかり=hikari""",
    male="""太郎=taro 翔太=shota 大輔=daisuke 蓮=ren 健一=kenichi 悠斗=yuto 拓海=takumi 直樹=naoki 隆=takashi
    ケンタ=kenta""",
    family="""佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 伊藤=ito 山本=yamamoto 中村=nakamura
    小林=kobayashi 加藤=kato 吉田=yoshida 長谷川=hasegawa 清水=shimizu 森=mori""",
    family_first=True,
)
KOREAN: Final = read_culture(
    female="서연=seoyeon 지우=jiwoo 하은=haeun 민서=minseo 수진=sujin 예린=yerin 은지=eunji 유나=yuna",
    male="민준=minjun 도윤=doyun 지훈=jihun 현우=hyunwoo 성민=sungmin 준호=junho 태양=taeyang 시우=siwoo",
    family="김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon 장=jang 임=lim 남궁=namgung",
    family_first=True,
    joiner="",
)
THAI: Final = read_culture(
    female="สุดา=suda มาลี=malee กัญญา=kanya พิมพ์ชนก=pimchanok อรทัย=orathai น้ำฝน=namfon",
    male="สมชาย=somchai อนันต์=anan ธนา=thana กิตติ=kitti วีระ=weera ณัฐพล=nattapon",
    family="""แสงทอง=saengthong ศรีสุข=srisuk บุญมี=boonmee วงศ์สวัสดิ์=wongsawat ทองดี=thongdee
    จันทร์เพ็ญ=chanpen ใจดี=jaidee""",
)
GEORGIAN: Final = read_culture(
    female="ნინო=nino თამარ=tamar მარიამ=mariam ქეთევან=ketevan",
    male="გიორგი=giorgi ლევან=levan დავით=davit ზურაბ=zurab",
    family="ბერიძე=beridze კაპანაძე=kapanadze მაისურაძე=maisuradze ლომიძე=lomidze წერეთელი=tsereteli",
)
ARMENIAN: Final = read_culture(
    female="Անի=ani Մարիամ=mariam Նարե=nare Լուսինե=lusine",
    male="Արամ=aram Տիգրան=tigran Դավիթ=davit Հայկ=hayk",
    family="Սարգսյան=sargsyan Հակոբյան=hakobyan Պետրոսյան=petrosyan Գրիգորյան=grigoryan",
)
AMHARIC: Final = read_culture(
    female="ሰላም=selam ህይወት=hiwot ማርታ=marta ትዕግስት=tigist",
    male="አበበ=abebe ዳዊት=dawit ዮሐንስ=yohannes ተስፋዬ=tesfaye",
    family="ከበደ=kebede ታደሰ=tadesse ገብረ=gebre መኮንን=mekonnen ለማ=lemma",
)


def list_other_cultures() -> dict[str, Culture]:
    """The cultures of this module by name."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, Culture)}
