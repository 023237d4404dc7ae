"""Given and family names of cultures that write in Latin letters."""

from typing import Final

from profiles_app.demo.names import Culture, read_culture

ENGLISH: Final = read_culture(
    female="""Alice Amelia Beatrice Charlotte Chloe Daisy Eleanor Emily Florence Grace Hannah Imogen Isla Jasmine
    Katherine Lucy Maisie Molly Naomi Olivia Phoebe Rosalind Scarlett Tess Violet Willow Zara Savannah""",
    male="""Adam Alfie Arthur Benjamin Caleb Declan Edward Ethan Finlay George Harrison Isaac Jacob Kieran Leo
    Marcus Nathan Oscar Patrick Quentin Reuben Samuel Theodore Tyrone Victor Walter Xavier Wyatt""",
    family="""Abbott Ashworth Bennett Blackwood Calloway Carmichael Chapman Dalton Ellison Fairbanks Fletcher Garrison
    Hawthorne Hendricks Holloway Jennings Kendrick Langford Lockhart Marlowe McAllister Montgomery Nakamura
    O’Brien O’Neill Pemberton Prescott Quigley Radcliffe Ramirez Sinclair Stanton Thackeray Underwood Vaughn Washington
    Whitaker Winslow Yates Nguyen Patel Garcia""",
)

NORWEGIAN: Final = read_culture(
    female="Ingrid Nora Astrid Sigrid Solveig Maja Frøya Thea Åse Ragnhild Kari Linnea Tuva Hedda Marit Silje",
    male="Lars Magnus Håkon Sindre Eirik Jørgen Øyvind Sondre Torbjørn Olav Henrik Bjørn Vetle Aksel Trygve Pål",
    family="""Hansen Solberg Bakken Haugen Strand Lunde Nygård Sørensen Bjørnstad Dahl Ødegård Myhre Tangen Aasen
    Fjeld Moen Rønning Kvamme Sæther Vik""",
)
SWEDISH: Final = read_culture(
    female="Elsa Astrid Märta Linnéa Saga Åsa Ebba Freja Klara Tuva Göta Maj",
    male="Gustav Björn Åke Nils Viktor Örjan Emil Sixten Anders Göran Hugo Mårten",
    family="Lindqvist Söderberg Åkesson Bergström Nyström Holmgren Öberg Sjögren Ekström Hedlund Wallin Forsberg",
)
DANISH: Final = read_culture(
    female="Freja Karen Signe Mette Søs Ida Kirstine Bodil Asta Maren",
    male="Søren Mads Rasmus Jeppe Mikkel Anton Bjarne Kåre Frode Asger",
    family="Nørgaard Kjær Østergaard Møller Damgaard Lund Bertelsen Holm Skov Thygesen",
)
FINNISH: Final = read_culture(
    female="Aino Helmi Päivi Saara Tuuli Venla Kaisa Sointu Eeva Lumi",
    male="Väinö Eero Jukka Onni Pekka Mikko Aleksi Tapio Yrjö Oiva",
    family="Virtanen Mäkelä Korhonen Hämäläinen Laine Järvinen Koskinen Lehtonen Pöyhönen Rautio",
)
ICELANDIC: Final = read_culture(
    female="Björk Sigríður Þóra Guðrún Hrafnhildur Ásta",
    male="Jón Þór Sigurður Ægir Kári Ólafur",
    family="Blöndal Thoroddsen Hafstein Briem Nordal Zoëga",
)
GERMAN: Final = read_culture(
    female="""Greta Lena Johanna Frieda Marlene Jördis Käthe Annika Clara Heike Ursula Mathilda Lieselotte Antonia
    Svenja Ronja""",
    male="""Jürgen Lukas Matthias Friedrich Felix Götz Sören Moritz Konrad Emil Wolfgang Jörg Anton Leopold Till
    Maximilian""",
    family="""Schröder Müller Weiß Krüger Bäcker Vogel Lindemann Schäfer Großmann Köhler Zimmermann Hoffmann
    Böhm Richter Dörr Kaiser Brandt Fuchs Seidel Yıldız""",
)
FRENCH: Final = read_culture(
    female="Élodie Camille Margaux Zoé Aurélie Chloé Noémie Inès Océane Célestine Maëlys Fatou",
    male="Étienne Théo Raphaël Loïc Gaël Jérôme Benoît Hugo Mathéo Cédric François Moussa",
    family="Lefèvre Garnier Beauchêne Dubois Moreau Fournier Châtelain Rousseau Mercier Delacroix Benali Guérin",
)
SPANISH: Final = read_culture(
    female="Lucía Sofía Ximena Begoña Inés Paloma Rocío Valentina Nieves Itziar Martina Renata",
    male="Íñigo Álvaro Mateo Joaquín Andrés Sebastián Nicolás Rubén Santiago Ángel Gonzalo Emiliano",
    family="""Muñoz Ibáñez Castaño Fernández Peña Ordóñez Velázquez Quintero Herrera Zúñiga Montalvo Rivas
    Cárdenas Ríos Echeverría Salazar""",
)
PORTUGUESE: Final = read_culture(
    female="Inês Beatriz Conceição Luísa Mariana Antônia Thaís Júlia Letícia Helena Aparecida Lívia",
    male="João Tiago Gonçalo Caetano Antônio Rafael Sebastião Vinícius Márcio Luís Davi Thiago",
    family="Conceição Araújo Guimarães Magalhães Teixeira Simões Falcão Nóbrega Assunção Vasconcelos Pires Moraes",
)
ITALIAN: Final = read_culture(
    female="Chiara Giulia Ludovica Fiamma Beatrice Ginevra Allegra Serena Mariasole",
    male="Niccolò Lorenzo Matteo Alessio Tommaso Leonardo Davide Gioele Ettore Raffaele",
    family="D’Angelo Ferrari Bianchi Colombo Rizzo Santoro De_Luca Marchetti Bellini Caruso Dell’Acqua Fontana",
)
DUTCH: Final = read_culture(
    female="Sanne Fleur Noor Lotte Anouk Femke Daphne Roos",
    male="Daan Sjoerd Joost Bram Thijs Ruben Maarten Jurriën",
    family="van_der_Berg de_Vries Bakker ’t_Hart Jansen Hoekstra van_Dijk Vermeulen Dijkstra Smit",
)
POLISH: Final = read_culture(
    female="Zofia Małgorzata Agnieszka Łucja Wanda Żaneta Iwona Halina",
    male="Stanisław Łukasz Paweł Zbigniew Michał Jędrzej Bartłomiej Świętosław",
    family="Wójcik Kowalczyk Dąbrowska/Dąbrowski Zielińska/Zieliński Szymańska/Szymański Woźniak Grzyb",
)
CZECH: Final = read_culture(
    female="Tereza Božena Kateřina Ludmila Žofie Eliška Růžena",
    male="Jiří Ondřej Václav Tomáš Břetislav Luboš Štěpán",
    family="Dvořáková/Dvořák Svobodová/Svoboda Novotná/Novotný Černá/Černý Řezníčková/Řezníček Horáková/Horák",
)
HUNGARIAN: Final = read_culture(
    female="Zsófia Réka Boglárka Ágnes Csilla Eszter Tünde",
    male="Gergő László Bálint Zoltán Ákos István Örs",
    family="Szabó Kovács Horváth Tóth Kőszegi Fehér Vörös Bartók",
    family_first=True,
)
ROMANIAN: Final = read_culture(
    female="Ștefania Ioana Ilinca Mădălina Ruxandra Anca Cătălina",
    male="Ștefan Ionuț Răzvan Mihai Vlăduț Cătălin Horia",
    family="Popescu Țepeș Dumitrescu Munteanu Stănescu Lupu Câmpeanu Ionescu",
)
TURKISH: Final = read_culture(
    female="Ayşe Elif Zeynep Gülşen Tuğba Çiğdem Işıl Defne",
    male="Mehmet Çağrı Emre Oğuz Barış İbrahim Kerem Ümit",
    family="Yılmaz Öztürk Demir Şahin Aydın Çelik Kılıç Güneş Doğan Erdoğdu",
)
VIETNAMESE: Final = read_culture(
    female="Thị_Hương Ngọc_Ánh Thu_Thảo Mỹ_Linh Bích_Phượng Quỳnh_Như Diễm_My Lan",
    male="Văn_Đức Minh_Quân Quốc_Bảo Hữu_Phước Gia_Huy Thanh_Tùng Tuấn_Kiệt Long",
    family="Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Ngô",
    family_first=True,
)
INDONESIAN: Final = read_culture(
    female="Dewi Siti Kartika Putri Wulan Ayu Intan Ratna",
    male="Budi Agus Bayu Dimas Joko Rizky Wahyu Adi",
    family="Santoso Wijaya Kusuma Pratama Saputra Hidayat Nasution Siregar Lestari Halim",
)
NIGERIAN: Final = read_culture(
    female="Chiamaka Folake Ngozi Aisha Temitọpẹ Adaeze Yetunde Halima",
    male="Olumide Chukwuemeka Babajide Ikenna Ṣẹ́gun Musa Obinna Tunde",
    family="Adébáyọ̀ Okonkwo Balogun Eze Nwachukwu Abubakar Ọlátúnjí Danjuma Ogunleye Uche",
)
KENYAN: Final = read_culture(
    female="Wanjiru Akinyi Njeri Zawadi Nyambura Makena",
    male="Kamau Otieno Mwangi Baraka Kipchumba Juma",
    family="Ochieng Kariuki Ng’ang’a Mutua Wekesa Cheruiyot Odhiambo Njoroge",
)
SOUTH_AFRICAN: Final = read_culture(
    female="Nomvula Thandeka Anneke Lerato Zanele Elzette Busisiwe Palesa",
    male="Sipho Thabo Pieter Bongani Kagiso Hendrik Mandla Tumelo",
    family="Dlamini Nkosi van_Wyk Mokoena Khumalo Botha Ndlovu Mahlangu Naidoo du_Plessis",
)
INDIAN: Final = read_culture(
    female="""Priya Ananya Lakshmi Kavya Meera Shreya Divya Aishwarya Fatima Harpreet Nandini Ritika Sunita Tara
    Ishita Padma""",
    male="""Arjun Rohan Vikram Karthik Siddharth Imran Gurpreet Aditya Rajesh Manoj Pranav Nikhil Suresh Dev
    Harish Yash""",
    family="""Sharma Iyer Reddy Banerjee Kulkarni Nair Chatterjee Khan Mehta Deshpande Kaur Bose Pillai Rao
    Venkataraman Joshi Bhattacharya D’Souza""",
)

# Names as people really type them into a form; kept whole, whatever the country.
UNUSUAL: Final = (
    "Zoë ✨ Hartwell",
    "🦊",
    "DJ Kōwhai 🎧",
    "X",
    "Q",
    "Ó",
    "Seán Ó’Súilleabháin",
    "N’Golo d’Almeida-N’Diaye",
    "Jean-Baptiste Emmanuel Zorgeld de Saint-Aubin-sur-Mer",
    "Friederike Wilhelmine von Tannenbrück-Lichtenfels zu Niederkirchen-Obertal, geb. Freiin von Bärenau-Westerfeld",
    "Tarō O’Reilly",
    "李明 (Leo)",
    "Mary Ann  Two Spaces",
    'Margaret "Peggy" O\'Toole',
    "null",
    "Anne-Marie & Per 👩‍👩‍👧‍👦",
    "ALL CAPS CARL",
    "lower case lena",
    "Dr. Åsmund Þorláksson, Ph.D.",
    "María del Rosario Guadalupe Inmaculada Concepción Fernández-Etxeberria y Gómez de la Torre",
)


def list_latin_cultures() -> dict[str, Culture]:
    """The cultures of this module by name."""
    return {name.lower(): value for name, value in globals().items() if isinstance(value, Culture)}
