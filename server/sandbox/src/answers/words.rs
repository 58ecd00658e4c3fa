//! What people write, in their own languages, and the names of days and months there.

use crate::moment::{self, Civil, name};
use crate::people::{Intent, Language};

/// `{name}` and `{domain}` are the writer's own, `{back}` is the day of return.
#[rustfmt::skip]
pub(super) fn text(intent: Intent, language: Language) -> &'static str {
    use Language::{English, French, German, Russian, Spanish};
    match (intent, language) {
        (Intent::Interested, English) => "This sounds interesting. Could we talk on Tuesday at 10? Please send me an invitation.",
        (Intent::Interested, Russian) => "Звучит интересно. Можем созвониться во вторник в 10? Пришлите, пожалуйста, приглашение.",
        (Intent::Interested, German) => "das klingt interessant. Können wir am Dienstag um 10 Uhr telefonieren? Schicken Sie mir gerne eine Einladung.",
        (Intent::Interested, Spanish) => "Suena interesante. ¿Podemos hablar el martes a las 10? Envíeme una invitación, por favor.",
        (Intent::Interested, French) => "Cela m'intéresse. Pouvons-nous nous parler mardi à 10 h ? Envoyez-moi une invitation, s'il vous plaît.",
        (Intent::NotNow, English) => "Thank you, but this is not a good time for us. Please come back to me next quarter.",
        (Intent::NotNow, Russian) => "Спасибо, но сейчас нам не до этого. Напишите, пожалуйста, в следующем квартале.",
        (Intent::NotNow, German) => "vielen Dank, aber im Moment passt es bei uns nicht. Melden Sie sich gerne im nächsten Quartal.",
        (Intent::NotNow, Spanish) => "Gracias, pero ahora no es un buen momento. Escríbame el próximo trimestre.",
        (Intent::NotNow, French) => "Merci, mais ce n'est pas le bon moment. Revenez vers moi au prochain trimestre.",
        (Intent::Decline, English) => "Thank you for your offer. We are not interested.",
        (Intent::Decline, Russian) => "Спасибо за предложение. Нам это неинтересно.",
        (Intent::Decline, German) => "danke für Ihr Angebot. Wir haben kein Interesse.",
        (Intent::Decline, Spanish) => "Gracias por su oferta. No nos interesa.",
        (Intent::Decline, French) => "Merci pour votre offre. Cela ne nous intéresse pas.",
        (Intent::Question, English) => "What does it cost for a team of 20? And where is our data kept?",
        (Intent::Question, Russian) => "Сколько это стоит для команды из 20 человек? И где хранятся данные?",
        (Intent::Question, German) => "was kostet das für ein Team von 20 Personen? Und wo liegen unsere Daten?",
        (Intent::Question, Spanish) => "¿Cuánto cuesta para un equipo de 20 personas? ¿Y dónde se guardan los datos?",
        (Intent::Question, French) => "Combien cela coûte-t-il pour une équipe de 20 personnes ? Et où sont conservées nos données ?",
        (Intent::WrongPerson, English) => "I am not the right person for this. Please write to our purchasing team: purchasing@{domain}.",
        (Intent::WrongPerson, Russian) => "Это не ко мне. Обратитесь, пожалуйста, в отдел закупок: purchasing@{domain}.",
        (Intent::WrongPerson, German) => "dafür bin ich nicht zuständig. Bitte wenden Sie sich an unseren Einkauf: purchasing@{domain}.",
        (Intent::WrongPerson, Spanish) => "No soy la persona indicada. Por favor, escriba a nuestro equipo de compras: purchasing@{domain}.",
        (Intent::WrongPerson, French) => "Je ne suis pas la bonne personne. Merci d'écrire à notre service achats : purchasing@{domain}.",
        (Intent::Left, English) => "{name} no longer works at our company. This mailbox is not read. Please write to office@{domain}.",
        (Intent::Left, Russian) => "{name} больше не работает в нашей компании. Этот ящик не читают. Пишите на office@{domain}.",
        (Intent::Left, German) => "{name} arbeitet nicht mehr in unserem Unternehmen. Dieses Postfach wird nicht gelesen. Bitte schreiben Sie an office@{domain}.",
        (Intent::Left, Spanish) => "{name} ya no trabaja en nuestra empresa. Nadie lee este buzón. Escriba a office@{domain}.",
        (Intent::Left, French) => "{name} ne travaille plus dans notre entreprise. Cette boîte n'est plus lue. Écrivez à office@{domain}.",
        (Intent::Remove, English) => "Please remove me from your list and do not contact me again.",
        (Intent::Remove, Russian) => "Удалите меня из рассылки и больше не пишите.",
        (Intent::Remove, German) => "bitte nehmen Sie mich aus Ihrem Verteiler. Keine weiteren E-Mails.",
        (Intent::Remove, Spanish) => "Por favor, elimíneme de su lista y no me escriba más.",
        (Intent::Remove, French) => "Merci de me retirer de votre liste et de ne plus m'écrire.",
        (Intent::Away, English) => "I am out of the office and will be back on {back}. Your mail is not forwarded.",
        (Intent::Away, Russian) => "Меня нет на месте, вернусь {back}. Письмо не пересылается.",
        (Intent::Away, German) => "ich bin nicht im Büro und wieder erreichbar ab {back}. Ihre E-Mail wird nicht weitergeleitet.",
        (Intent::Away, Spanish) => "Estoy fuera de la oficina y vuelvo el {back}. Su correo no se reenvía.",
        (Intent::Away, French) => "Je suis absent du bureau, de retour le {back}. Votre message n'est pas transféré.",
        (Intent::Automatic, English) => "Thank you for your message. We have received it and will answer within two working days.",
        (Intent::Automatic, Russian) => "Спасибо за ваше обращение. Мы получили его и ответим в течение двух рабочих дней.",
        (Intent::Automatic, German) => "vielen Dank für Ihre Nachricht. Wir haben sie erhalten und antworten innerhalb von zwei Werktagen.",
        (Intent::Automatic, Spanish) => "Gracias por su mensaje. Lo hemos recibido y le responderemos en dos días laborables.",
        (Intent::Automatic, French) => "Merci pour votre message. Nous l'avons bien reçu et vous répondrons sous deux jours ouvrés.",
    }
}

pub(super) fn greeting(language: Language) -> &'static str {
    match language {
        Language::English => "Hi",
        Language::Russian => "Добрый день",
        Language::German => "Guten Tag",
        Language::Spanish => "Buenos días",
        Language::French => "Bonjour",
    }
}

pub(super) fn farewell(language: Language) -> &'static str {
    match language {
        Language::English => "Best regards",
        Language::Russian => "С уважением,",
        Language::German => "Mit freundlichen Grüßen",
        Language::Spanish => "Un saludo,",
        Language::French => "Cordialement,",
    }
}

/// With which the subject begins where somebody else's program answers in place of a person.
pub(super) fn automatic_reply(language: Language) -> &'static str {
    match language {
        Language::English => "Automatic reply:",
        Language::Russian => "Автоответ:",
        Language::German => "Automatische Antwort:",
        Language::Spanish => "Respuesta automática:",
        Language::French => "Réponse automatique :",
    }
}

pub(super) fn sent_from_phone(language: Language) -> &'static str {
    match language {
        Language::English => "Sent from my iPhone",
        Language::Russian => "Отправлено с iPhone",
        Language::German => "Von meinem iPhone gesendet",
        Language::Spanish => "Enviado desde mi iPhone",
        Language::French => "Envoyé de mon iPhone",
    }
}

/// `7 December 2026`.
pub(super) fn day(language: Language, millis: i64) -> String {
    let Civil { year, month, day, .. } = moment::civil(millis);
    let month = self::month(language, month);
    match language {
        Language::English | Language::French => format!("{day} {month} {year}"),
        Language::Russian => format!("{day} {month} {year} г."),
        Language::German => format!("dem {day}. {month} {year}"),
        Language::Spanish => format!("{day} de {month} de {year}"),
    }
}

/// From 1 on.
#[rustfmt::skip]
pub(super) fn month(language: Language, month: i64) -> &'static str {
    let months = match language {
        Language::English => ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
        Language::Russian => ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
        Language::German => ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
        Language::Spanish => ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
        Language::French => ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    };
    name(&months, month - 1)
}

/// Thursday is 0.
pub(super) fn weekday(language: Language, weekday: i64) -> &'static str {
    let days = match language {
        Language::English => ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"],
        Language::Russian => ["четверг", "пятница", "суббота", "воскресенье", "понедельник", "вторник", "среда"],
        Language::German => ["Donnerstag", "Freitag", "Samstag", "Sonntag", "Montag", "Dienstag", "Mittwoch"],
        Language::Spanish => ["jueves", "viernes", "sábado", "domingo", "lunes", "martes", "miércoles"],
        Language::French => ["jeudi", "vendredi", "samedi", "dimanche", "lundi", "mardi", "mercredi"],
    };
    name(&days, weekday)
}

/// In Russian, where it is not the beginning of the long one.
pub(super) fn short_weekday(weekday: i64) -> &'static str {
    name(&["чт", "пт", "сб", "вс", "пн", "вт", "ср"], weekday)
}

/// The first letters.
pub(super) fn short(long: &'static str, letters: usize) -> &'static str {
    let end = long.char_indices().nth(letters).map_or(long.len(), |(end, _)| end);
    long.get(..end).unwrap_or(long)
}
