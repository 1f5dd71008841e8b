#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The human's half of a device login at the test provider, by HTTP only.

approve.py VERIFICATION_URL USER_CODE PERSON [yes|no]

Exit 0: the provider took the answer. 3: it does not know the code. 4: it asked something unexpected.
"""
import http.cookiejar
import re
import sys
import urllib.error
import urllib.parse
import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    def __init__(self):
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), NoRedirect,
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, url, form=None):
        """Returns the page and the address that it leads on to, if any."""
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            answer = self.opener.open(url, body, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        page = answer.read().decode()
        target = answer.headers.get("location")
        return page, urllib.parse.urljoin(url, target) if target else None


def field(page, name):
    found = re.search(r'name="%s" value="([^"]*)"' % name, page)
    return found.group(1) if found else ""


def answer(url, code, person, yes):
    browser = Browser()
    page, _ = browser.open(url)
    xsrf = field(page, "xsrf")
    page, _ = browser.open(url, {"xsrf": xsrf, "user_code": code})
    if "op.deviceConfirmForm" not in page:
        return 3
    if not yes:
        browser.open(url, {"xsrf": xsrf, "abort": "yes", "user_code": code})
        return 0
    page, url = browser.open(url, {"xsrf": xsrf, "confirm": "yes", "user_code": code})
    while url:  # login, then consent, each a page and a redirect back
        page, onward = browser.open(url)
        if "/interaction/" in url:
            prompt = field(page, "prompt")
            page, onward = browser.open(url, {"prompt": prompt, "login": person, "password": "x"})
        url = onward
    return 0 if "Sign-in Success" in page else 4


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    sys.exit(answer(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:] in ([], ["yes"])))
