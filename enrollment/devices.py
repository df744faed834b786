"""What kind of phone somebody uses, as coarse as can be: enough to see whom the camera page serves badly.

Only the class is kept, never the user agent: six classes tell nobody apart.
"""

import re

from enrollment.enums import PhoneClass

OLD_ANDROID, OLD_CHROME = 9, 99  # browsers since Chrome 110 report Android 10 whatever the phone has
_ANDROID = re.compile(r"Android (\d+)")
_CHROME = re.compile(r"Chrome/(\d+)")


def phone_class(user_agent: str) -> PhoneClass:
    """The class of a browser by what it says about itself; unknown is a class of its own."""
    if re.search(r"iPhone|iPad|iPod", user_agent):
        return PhoneClass.IOS
    if android := _ANDROID.search(user_agent):
        chrome = _CHROME.search(user_agent)
        is_old = int(android[1]) <= OLD_ANDROID or (chrome is not None and int(chrome[1]) <= OLD_CHROME)
        return PhoneClass.ANDROID_OLD if is_old else PhoneClass.ANDROID
    if re.search(r"Windows NT|Macintosh|X11|CrOS", user_agent):
        return PhoneClass.DESKTOP
    return PhoneClass.UNKNOWN
