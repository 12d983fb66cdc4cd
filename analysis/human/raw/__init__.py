"""Readers of the files of single studies, as they lie at their source."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analysis.human.raw import archives, cued, free, serial

#: from the files of a data set, in the order of the registry, to recalls
READERS: dict[str, Callable[[Sequence[Path]], Any]] = {
    "murdock1962": free.murdock1962,
    "murdock_okada1970": free.murdock_okada1970,
    "howard_kahana1999": free.howard_kahana1999,
    "howard_kahana2005": free.howard_kahana2005,
    "grenfell_ward2012_ifr": free.grenfell_ward2012_ifr,
    "farrell_lewandowsky2004": serial.farrell_lewandowsky2004,
    "farrell_lewandowsky2003_e1": serial.farrell_lewandowsky2003_e1,
    "nimmo_lewandowsky2006_e1": serial.nimmo_lewandowsky2006_e1,
    "nimmo_lewandowsky2006_e2": serial.nimmo_lewandowsky2006_e2,
    "lewandowsky_brown_wright_nimmo2006_e1": serial.lewandowsky_brown_wright_nimmo2006_e1,
    "madigan1971": serial.madigan1971,
    "grenfell_ward2012_isr": serial.grenfell_ward2012_isr,
    "polyn2011": archives.polyn2011,
    "morton2013": archives.morton2013,
    "healey_kahana2014": archives.healey_kahana2014,
    "peers_notask": archives.peers_notask,
    "lohnas_kahana2014": archives.lohnas_kahana2014,
    "logan2021": archives.logan2021,
    "aue2017": cued.aue2017,
}
