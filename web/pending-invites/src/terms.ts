// Terms are the words that stand in lists of people without being a name: what a column or a
// line is called, roles, greetings. In the languages of the console, and of what exports to it.

// Meaning is what a column holds: "login" and "spare" are addresses too, taken where a row has no
// other; "name" may be the family name beside "first", or the given name beside "last". What follows a
// "machine" is an address of nobody.
export type Meaning = "email" | "login" | "spare" | "name" | "shown" | "first" | "last" | "role" | "line" | "matter" | "machine";

const columns: Record<Meaning, string> = {
  email:
    "email emails emailaddress emailaddresses mail mails mailaddress emailvalue emailaddressvalue primaryemail primaryemailaddress workemail workemailaddress businessemail companyemail emailid emailwork emailadresse emailadressen mailadresse courriel adressecourriel adresseemail adressemail adresse adresseélectronique adressedemessagerie adressedecourriel mél correo correos correoelectrónico correoelectronico direccióndecorreo direccióndecorreoelectrónico indirizzo indirizzoemail indirizzomail postaelettronica indirizzodipostaelettronica emailadres mailadres adresemail adresmail pocztaelektroniczna endereçodeemail enderecodeemail correioeletrônico correioeletrónico epost epostadress epostadresse eposta почта элпочта электроннаяпочта メール メールアドレス eメール eメールアドレス 電子メール 電子メールアドレス アドレス 邮箱 邮箱地址 邮件 邮件地址 电子邮件 电子邮箱 电子邮件地址 電子郵件 電子郵件地址 電郵 電郵地址 信箱 이메일 이메일주소 البريد بريد البريدالإلكتروني البريدالالكتروني بريدإلكتروني عنوانالبريدالإلكتروني الإيميل الايميل إيميل ايميل דואל דואראלקטרוני אימייל מייל ईमेल อีเมล ایمیل پستالکترونیکی эпочта электронныйадрес електроннапошта епошта имейл eposta epostaadresi sähköposti sähköpostiosoite emailcím posta adresădeemail adresaemail correoe ηλεκτρονικόταχυδρομείο surel primarysmtpaddress smtpaddress windowsemailaddress emailaddresstoinvite emailinstitucional correoinstitucional emailcorporativo correocorporativo emailprofissional emailprofesional emailprofessionnel emailpro mailpro emailaziendale emaildienstlich dienstlicheemail emailgeschäftlich geschäftlicheemail emailsłużbowy 企业邮箱 公司邮箱 工作邮箱 公司郵箱 会社メール 会社メールアドレス 회사이메일",
  login: "userprincipalname upn login loginname username userid benutzername nomdutilisateur githubcomlogin",
  spare: "secondaryemail secondemail recoveryemail personalemail privateemail homeemail alternateemail alternateemailaddress otheremail othermails homesecondaryemail worksecondaryemail",
  name: "name names fullname realname cn fn vollständigername vorundnachname vornamenachname vornameundnachname namevorname nachnamevorname nom nomcomplet nomprénom prénomnom nometprénom prénometnom nombre nombrecompleto nombreyapellidos nome nomecompleto nomecognome nomeecognome cognomenome cognomeenome naam volledigenaam imięinazwisko imięnazwisko nazwa nomeesobrenome firstlastname lastnamefirstname firstandlastname namn navn имя фио 名前 お名前 氏名 姓名 名称 全名 이름 성명 الاسم اسم الاسمالكامل שם שםמלא नाम पूरानाम ชื่อ ชื่อนามสกุล نام نامکامل نامونامخانوادگی имяфамилия фамилияимя імя піб ad adsoyad adısoyadı isim jméno meno név teljesnév nume numecomplet όνομα ονοματεπώνυμο nama namalengkap họtên họvàtên tên nimi kokonimi fornavnogefternavn 员工姓名 联系人姓名 会员姓名 担当者名 ご担当者名 성함 assignee attendee participant",
  shown: "displayname anzeigename nomdaffichage nomaffiché nombreparamostrar nomevisualizzato weergavenaam nazwawyświetlana nomedeexibição nomeaapresentar 表示名 显示名 显示名称 اسمالعرض preferredname nickname profilename 昵称 暱稱 닉네임",
  first: "firstname first givenname given forename vorname prénom prénoms prenom primernombre nomepróprio primeironome voornaam imię imie 名 الاسمالأول الاسمالاول שםפרטי förnamn fornavn fornamn křestníjméno keresztnév utónév prenume etunimi adı",
  last: "lastname last surname familyname family sn nachname familienname zuname nomdefamille apellido apellidos cognome sobrenome apelido achternaam nazwisko 姓 苗字 اللقب اسمالعائلة الاسمالأخير שםמשפחה نامخانوادگی фамилия прізвище soyad soyadı efternamn efternavn etternavn příjmení priezvisko vezetéknév családnév sukunimi επώνυμο",
  role: "role roles userrole memberrole orgrole workspacerole accesslevel permission permissions rolle benutzerrolle berechtigung rôle rol ruolo papel função funcao rola uprawnienia 役割 ロール 権限 角色 权限 權限 الدور دور الصلاحية תפקיד роль yetki rooli szerepkör peran vaitrò บทบาท भूमिका نقش 역할 권한",
  line: "to cc bcc from von an kopie de à para cci cco a da per van aan do od dw udw mailto smtp sip replyto contact kontakt contacto contatto contato kontaktperson attendees organizer participants guests members invite invitees teilnehmer participants destinataires 宛先 差出人 収件人 收件人 发件人 寄件人 抄送 密送 联系人 聯絡人 至 من إلى الى نسخة e m kenelle kime кому от",
  matter:
    "subject betreff objet asunto oggetto onderwerp temat assunto 件名 主题 主旨 الموضوع date sent datum gesendet envoyé enviado inviato verzonden wysłano 日時 日期 التاريخ phone tel telephone telefon téléphone teléfono telefono mobile mobil cell fax handy 電話 电话 الهاتف company organization organisation firma title position department abteilung url web website notes note notiz t p w f mailedby signedby mimeversion contenttype contenttransferencoding",
  machine: "messageid inreplyto references returnpath received resentmessageid contentid uid listid listunsubscribe dkimsignature authenticationresults",
};

const meanings = new Map<string, Meaning>();
for (const [meaning, words] of Object.entries(columns)) for (const word of words.split(" ")) meanings.set(word, meaning as Meaning);

// meaningOf knows what a column or a line is called by its letters: "E-Mail 1 - Value",
// "First Name [Required]", "firstName".
export function meaningOf(title: string): Meaning | undefined {
  if (title.length > 60) return undefined;
  const letters = title.toLowerCase().normalize("NFC").replace(/[[(][^[\]()]*[\])]|required\s*$/g, "").replace(/[^\p{L}\p{M}]/gu, "");
  return meanings.get(letters) ?? meanings.get(letters.replace(/^(?:your|attendee|participant|guest|user|member|contact|employee|customer|client|student|invitee|registrant|recipient|assignee|applicant|candidate|subscriber|staff|teacher)s?(?=e?mail|(?:full|first|last|given|family)?name)/, ""));
}

const set = (words: string) => new Set(words.split(" "));

// What is said around people.
export const courtesies = set(
  "hi hello hey dear all please pls kindly thanks thank thx regards best cheers kind sincerely yours sent invite add see notes " +
    "hallo liebe lieber bitte danke gruß grüße viele mit freundlichen beste " +
    "bonjour salut merci cordialement bien cher chère hola gracias saludos querido querida ciao grazie saluti gentile cordiali " +
    "beste groeten dank bedankt cześć dzień proszę dziękuję pozdrawiam olá obrigado obrigada caro cara atenciosamente " +
    "invitez ajoutez invita agrega añade convide adicione aggiungi invitate zaproś dodaj nodig voeg lade füge " +
    "пригласите добавьте пожалуйста привет здравствуйте спасибо 请 谢谢 你好 您好 مرحبا شكرا total",
);

// What people do, and companies are, as it stands on a card below a name.
export const jobs =
  /(?:^|[\s,/&-])(?:head of|chief|[vs]?vp|c[eftom]o|(?:co-?)?founder|(?:vice )?president|managers?|director|engineer|developer|designer|consultant|assistant|analyst|specialist|officer|coordinator|recruiter|architect|accountant|professor|inc|llc|ltd|corp|gmbh|university|department|(?:\p{L}*(?:leiter|führer|entwickler|berater))(?:in)?|direct(?:eur|rice)|responsable|ingénieure?|directora?|gerente|responsabile|kierowni(?:k|czka))(?=$|[\s,./&-])/iu;

// What ties two people together.
export const ties = set("and & + or und oder et ou y e o ed en of i oraz lub и og och と および 和 与 及 و / plus");

// Cells of a sheet that are nobody's name.
export const states = set(
  "admin admins administrator owner member members editor viewer guest user manager billing true false yes no ja nein oui non active inactive invited pending enabled disabled accepted x n/a na null none " +
    "sales marketing hr it engineering finance support legal operations product design vertrieb einkauf buchhaltung work home other",
);

// Parts of a family name that begin with a small letter.
export const particles = set("van von de der den del della di da das dos do du la le las los el al bin ibn ben ter ten zu zur zum und y e af av dit");

// The last part of a domain that was torn from it.
export const ending = /^\.?(?:[a-z]{2}|com|net|org|edu|gov|mil|int|info|biz|name|pro|app|dev|online|site|shop|cloud|tech|example|test)(?:\.[a-z]{2})?$/;
