"""The hosted pages' words, in the two languages of the product."""

from __future__ import annotations

import re
from typing import Final

ENGLISH: Final = {
    "test_notice": "Test payments: no money moves. Never type a real card here.",
    "title": "Pay {payee}",
    "pay": "Pay",
    "cancel": "Cancel",
    "close": "Close the window",
    "number": "Card number",
    "expiry": "Expiry",
    "cvc": "CVC",
    "number_hint": "16 digits of a test card",
    "expiry_hint": "MM/YY, any month to come",
    "cvc_hint": "Any 3 or 4 digits",
    "test_cards": "Test cards",
    "card_succeeds": "succeeds",
    "card_declined_row": "is declined",
    "card_no_funds": "has insufficient funds",
    "card_authenticates": "asks your bank for approval",
    "card_processes": "is processed first, then succeeds",
    "approve_heading": "Your bank asks for approval",
    "approve_text": "{payee} wants to take this amount from your card.",
    "approve_save_text": "{payee} wants to keep your card for a later payment. Nothing is taken.",
    "save": "Save card",
    "save_title": "Save a card for {payee}",
    "save_text": "Your card is saved. Nothing is taken now.",
    "setup_intent_authentication_failure": "Your bank did not approve. Try again.",
    "approve": "Approve",
    "fail": "Fail",
    "expired_heading": "This payment page has expired",
    "expired_text": "Nothing was taken. Go back and start again.",
    "closed_heading": "You closed the window",
    "closed_text": "Nothing was taken. The payment page stays open for a while.",
    "open_again": "Open it again",
    "back": "Go back",
    "unknown_heading": "There is no such page",
    "unknown_text": "Check the address.",
    "done_heading": "Thank you",
    "done_text": "Your bank has its answer. You can close this page.",
    "incomplete_number": "Enter the whole card number.",
    "invalid_number": "A card number has digits only.",
    "incorrect_number": "This card number is not valid. Check the digits.",
    "invalid_expiry": "Write the month and the year as MM/YY.",
    "expired_card": "This card has expired.",
    "invalid_cvc": "Enter the 3 or 4 digits of the security code.",
    "card_declined": "Your card was declined. Try another card.",
    "insufficient_funds": "Your card has insufficient funds. Try another card.",
    "test_mode_live_card": "Not a test card, so it was declined. Never use a real one here.",
    "incorrect_cvc": "The security code is incorrect.",
    "processing_error": "Your card could not be processed. Try again in a moment.",
    "payment_intent_authentication_failure": "Your bank did not approve the payment. Try again.",
    "onboard_heading": "Where should we pay you?",
    "onboard_text": "{payee} pays to the bank account that you name here.",
    "business_name": "Name of the business",
    "business_name_hint": "As it is registered",
    "account_holder": "Account holder",
    "account_holder_hint": "The name that the bank knows",
    "account_number": "IBAN or account number",
    "account_number_hint": "A test number, such as DE89 3704 0044 0532 0130 00 or 000123456789",
    "country": "Country of the bank",
    "country_hint": "Two letters, such as DE or KE",
    "complete": "Complete",
    "leave": "Leave",
    "incomplete_field": "Fill this in.",
    "invalid_account_number": "This account number is not valid. Check the digits.",
    "invalid_country": "Write the two letters of the country.",
}

ARABIC: Final = {
    "test_notice": "مدفوعات تجريبية: لا تُحوَّل أي أموال. لا تكتب هنا بطاقة حقيقية أبدًا.",
    "title": "الدفع إلى {payee}",
    "pay": "ادفع",
    "cancel": "إلغاء",
    "close": "أغلق النافذة",
    "number": "رقم البطاقة",
    "expiry": "تاريخ الانتهاء",
    "cvc": "رمز الأمان",
    "number_hint": "أرقام بطاقة تجريبية، وعددها 16",
    "expiry_hint": "الشهر/السنة، أي شهر قادم",
    "cvc_hint": "أي 3 أو 4 أرقام",
    "test_cards": "بطاقات تجريبية",
    "card_succeeds": "تنجح",
    "card_declined_row": "تُرفض",
    "card_no_funds": "رصيدها غير كافٍ",
    "card_authenticates": "تطلب موافقة مصرفك",
    "card_processes": "تُعالَج أولًا ثم تنجح",
    "approve_heading": "مصرفك يطلب الموافقة",
    "approve_text": "يريد {payee} سحب هذا المبلغ من بطاقتك.",
    "approve_save_text": "يريد {payee} حفظ بطاقتك لدفعة لاحقة. لا يُسحب أي مبلغ.",
    "save": "احفظ البطاقة",
    "save_title": "حفظ بطاقة لدى {payee}",
    "save_text": "تُحفظ بطاقتك. لا يُسحب أي مبلغ الآن.",
    "setup_intent_authentication_failure": "لم يوافق مصرفك. حاول من جديد.",
    "approve": "وافق",
    "fail": "ارفض",
    "expired_heading": "انتهت صلاحية صفحة الدفع هذه",
    "expired_text": "لم يُسحب أي مبلغ. ارجع وابدأ من جديد.",
    "closed_heading": "أغلقتَ النافذة",
    "closed_text": "لم يُسحب أي مبلغ. تبقى صفحة الدفع مفتوحة لبعض الوقت.",
    "open_again": "افتحها من جديد",
    "back": "ارجع",
    "unknown_heading": "لا توجد صفحة كهذه",
    "unknown_text": "تحقق من العنوان.",
    "done_heading": "شكرًا لك",
    "done_text": "وصل جوابك إلى مصرفك. يمكنك إغلاق هذه الصفحة.",
    "incomplete_number": "اكتب رقم البطاقة كاملًا.",
    "invalid_number": "رقم البطاقة أرقام فقط.",
    "incorrect_number": "رقم البطاقة غير صحيح. تحقق من الأرقام.",
    "invalid_expiry": "اكتب الشهر والسنة هكذا: MM/YY.",
    "expired_card": "انتهت صلاحية هذه البطاقة.",
    "invalid_cvc": "اكتب أرقام رمز الأمان الثلاثة أو الأربعة.",
    "card_declined": "رُفضت بطاقتك. جرّب بطاقة أخرى.",
    "insufficient_funds": "رصيد بطاقتك غير كافٍ. جرّب بطاقة أخرى.",
    "test_mode_live_card": "هذه ليست بطاقة تجريبية فرُفضت. لا تستعمل هنا بطاقة حقيقية أبدًا.",
    "incorrect_cvc": "رمز الأمان غير صحيح.",
    "processing_error": "تعذّرت معالجة بطاقتك. حاول بعد قليل.",
    "payment_intent_authentication_failure": "لم يوافق مصرفك على الدفع. حاول من جديد.",
    "onboard_heading": "إلى أين ندفع لك؟",
    "onboard_text": "تدفع {payee} إلى الحساب المصرفي الذي تذكره هنا.",
    "business_name": "اسم المنشأة",
    "business_name_hint": "كما هو مسجَّل",
    "account_holder": "صاحب الحساب",
    "account_holder_hint": "الاسم الذي يعرفه المصرف",
    "account_number": "رقم الآيبان أو رقم الحساب",
    "account_number_hint": "رقم تجريبي، مثل \u2066DE89 3704 0044 0532 0130 00\u2069",
    "country": "بلد المصرف",
    "country_hint": "حرفان، مثل DE أو KE",
    "complete": "أكمل",
    "leave": "غادر",
    "incomplete_field": "املأ هذا الحقل.",
    "invalid_account_number": "رقم الحساب غير صحيح. تحقق من الأرقام.",
    "invalid_country": "اكتب حرفي البلد.",
}

WORDS: Final = {"en": ENGLISH, "ar": ARABIC}
DIRECTIONS: Final = {"en": "ltr", "ar": "rtl"}


def language(locale: str | None, accepted: str) -> str:
    """Return `en` or `ar`: the session's own locale, else what the browser prefers.

    Stripe has no Arabic page, so a session cannot ask for it; a browser can.
    """
    if locale not in {None, "auto"}:
        return "en"
    weighed = [_weighed(part) for part in accepted.split(",")]
    known = [(weight, name) for weight, name in weighed if name in WORDS]
    return max(known, key=lambda entry: entry[0])[1] if known else "en"


def _weighed(part: str) -> tuple[int, str]:
    """Return the weight of one language range in thousandths, and its language."""
    name, _, rest = part.strip().partition(";")
    found = re.fullmatch(r"\s*q=([01])(?:\.([0-9]{0,3}))?\s*", rest)
    weight = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 1000
    return weight, name.strip().lower().partition("-")[0]
