"""What the product offers: videos by genre, courses, pages, articles, and what people search for."""

from dataclasses import dataclass
from typing import Final

from profiles_app.demo.names import to_plain

SITE: Final = "https://lumen.example"


@dataclass(frozen=True, slots=True)
class Video:
    """`minutes` is how long it runs."""

    title: str
    genre: str
    minutes: int

    @property
    def slug(self) -> str:
        return "-".join(filter(None, (to_plain(word) for word in self.title.split())))


_SHELVES: Final = {
    "drama": "The Lighthouse Keeper’s Daughter 52, Winter in Bodø 48, A Chair by the Window 44, Salt and Snow 57",
    "comedy": "Neighbours with a Goat 24, The Wrong Orchestra 28, My Uncle’s Boat 22, Three Umbrellas 26",
    "documentary": "How Rivers Remember 51, The Last Typesetter 47, Bees of the Old Town 39, Under the Ice 55",
    "science fiction": "Signal from Ganymede 49, The Borrowed Hour 53, Orbit of Two 46, Quiet Machines 50",
    "thriller": "Platform Nine at Night 45, The Second Key 48, A Voice in Room 12 42, Cold Harbour 51",
    "cooking": "Bread in Five Steps 14, Soups of the World 18, Knife Skills 9, Fermenting at Home 21",
    "languages": "Norwegian in 30 Days 12, Everyday Japanese 15, Spanish for Travellers 11, German Cases at Last 16",
    "programming": "SQL from Scratch 19, Python for Analysts 23, Git without Fear 13, Reading a Query Plan 17",
    "music": "Piano for Late Starters 16, The Blues in Twelve Bars 20, Tuning by Ear 8, Field Recordings 33",
    "design": "Type that Breathes 18, Colour and Contrast 15, Drawing Everyday Things 12, Grids 14",
}  # fmt: skip


def _read_shelf(genre: str, text: str) -> tuple[Video, ...]:
    rows = (row.strip().rpartition(" ") for row in text.split(","))
    return tuple(Video(title, genre, int(minutes)) for title, _, minutes in rows)


VIDEOS_BY_GENRE: Final = {genre: _read_shelf(genre, text) for genre, text in _SHELVES.items()}
VIDEOS: Final = tuple(video for shelf in VIDEOS_BY_GENRE.values() for video in shelf)
GENRES: Final = tuple(VIDEOS_BY_GENRE)

QUERIES: Final = (
    "sql joins", "norwegian", "bread", "beginner piano", "python pandas", "short films", "日本語", "german cases",
    "knife skills", "for kids", "goat", "cold harbour", "typography", "subtitles", "documentary 2026", "fermentering",
    "how to cancel", "blues", "español", "sourdough starter", "watch offline", "git rebase", "ganymede", "фильм",
)  # fmt: skip
ARTICLES: Final = (
    "Change your plan", "Invite your team", "Watch offline", "Subtitles and languages", "Reset your password",
    "Understand your invoice", "Connect a television", "Cancel a subscription",
)  # fmt: skip
TUTORIALS: Final = ("First steps", "Make a watch list", "Share with your team", "Take notes while watching")
PAGES: Final = (
    "/download/desktop",
    "/download/ios",
    "/download/android",
    "/download/worksheet",
    "/download/transcript",
)
ITEMS: Final = (
    ("Course bundle: Languages", 4900), ("Course bundle: Programming", 6900), ("Film pass, one month", 1290),
    ("Gift card", 2500), ("Season: Cold Harbour", 1790), ("Workshop seat", 11900), ("Single film", 399),
    ("Printed workbook", 2200),
)  # fmt: skip
"""What is sold, with the price in hundredths."""
CAMPAIGNS: Final = ("Spring launch", "Summer reading", "Back to school", "Nordic winter", "Partner webinar")
TAGS: Final = (
    "beta", "vip", "newsletter", "early adopter", "student", "teacher", "at risk", "press", "partner", "power user",
    "trial extended", "conference 2026", "mobile first", "needs call",
)  # fmt: skip
DEPARTMENTS: Final = (
    "engineering",
    "marketing",
    "design",
    "sales",
    "support",
    "finance",
    "people",
    "research",
    "legal",
)
