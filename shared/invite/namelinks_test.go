package invite_test

import (
	"os"
	"strings"
	"testing"

	"invites/shared/invite"
)

func TestNamesOfTheFieldStay(t *testing.T) {
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(text)) {
		if name = strings.TrimSuffix(name, "\n"); strings.HasPrefix(name, "#") {
			continue
		}
		if got := invite.SafeName(name, "-"); got != name {
			t.Errorf("SafeName(%q) = %q, want it kept", name, got)
		}
	}
}

// Names with a dot in them, or another sign that a mail program knows from links, by
// language. Left out: those that end in a top-level domain and are no title ("J.Kim",
// "Co.Agency"): a mail program makes a link of them.
var dottedNames = map[string][]string{
	"German": {"Dr.-Ing. Weber", "Dr.-Ing.", "Dipl.-Ing. (FH) Jana Vogel", "Dipl.Ing.", "DIPL.ING. JANA VOGEL", "Dipl.-Kfm. H.-J. Müller", "Dr.med. Anna Roth", "Dr.med.dent. Anna Roth",
		"Prof.Dr. Karl Weiß", "Dr.rer.nat. Weiß", "M.Sc.", "Mag.rer.soc.oec. Maria Huber", "Mag.a Maria Huber", "Müller GmbH & Co.KG", "Müller GmbH & Co. KG", "e.V.", "TSV Neustadt e.V.", "Ges.m.b.H.",
		"Acme Ges.mbH", "St.-Martin-Schule", "K.-H. Schmidt", "Hans-J. Weber", "i.A. Weber", "Weber u. Co.", "H.von Bismarck", "z.Hd. Weber", "Klasse 10a", "Klasse 2025/2026", "Jahrgang 2025/26 Gruppe 3",
		"Schuljahr 2025–2026", "AG 2025-2026", "Kl. 7/8", "u.a.", "Fa.Müller",
		"Univ.-Prof.in Dr.in Eva Steiner", "Dr.h.c.mult. Groß", "Dr.forest. Groß", "Dr.sc.agr. Groß", "Dr.rer.biol.hum. Groß", "Dipl.-Soz.päd. Lang", "Dipl.-Ing.agr. Lang", "Dipl.biol. Lang", "Prim.Univ.Prof.Dr. Huber",
		"Bmst.Ing. Huber", "Ass.jur. Lang", "LL.M.oec. Lang", "Lang u.Co."},
	"Italian": {"F.lli Rossi", "F.LLI ROSSI", "Rossi F.lli & C. S.n.c.", "D.ssa Maria Rossi", "Dott.ssa Maria Rossi", "Prof.ssa Anna Bianchi", "Sig.ra Anna Bianchi", "Dott.Ing. Rossi", "Spett.le Rossi S.p.A.",
		"Soc.Coop.", "SOC.COOP. ROSSI", "Soc.Coop.Sociale Rossi", "Coop.Soc. Rossi", "Az.Agr. Rossi", "Az.agr. Rossi", "S.r.l.s.", "S.c.a.r.l.", "Dell'Orto S.r.l.", "Ill.mo Sig. Rossi", "On.le Rossi",
		"Avv.ti Rossi", "Dott.ri Rossi", "Prof.ri Rossi", "Gent.Sig.ra Rossi", "M.llo Rossi", "P.zza Dante", "L.go Roma", "S.ta Maria", "SS.ma Annunziata", "Univ.tà di Roma", "Soc.Coop.a.r.l. Rossi", "Ist.to Rossi"},
	"Polish, Czech, Hungarian, Romanian": {"mgr.inż. Anna Nowak", "dr.hab. Jan Kowalski", "dr inż. arch. Jan Kowalski", "prof.dr.hab. Jan Kowalski", "Acme Sp.z o.o.", "Acme Sp. z o.o. Sp.k.", "lek.med. Jan Nowak",
		"Acme s.r.o.", "Acme, a.s.", "Ing.arch. Jan Novák", "doc.Ing. Jan Novák", "MUDr.Jan Novák", "Acme spol. s r.o.", "dr.Kovács János", "Acme Kft.", "dr n.med. Anna Nowak", "prof.Ing.Novák", "dr.n.hum. Nowak", "ks.kan. Nowak", "m.st.Warszawa", "Conf.dr.Popescu", "Prof.univ.dr. Ion Popescu", "Acme S.R.L."},
	"Croatian, Serbian, Slovenian": {"dipl.ing. Ana Horvat", "prof.dr.sc. Ivan Horvat", "mr.sc. Ivan Horvat", "Acme d.o.o.", "mag.ing. Ana Kos", "univ.dipl.inž. Ana Kos"},
	"Spanish":                      {"Acme S.A.de C.V.", "Acme S.A. de C.V.", "Acme S. de R.L. de C.V.", "Acme S.de R.L. de C.V.", "ACME S.A.DE C.V.", "Acme S.Coop.", "M.ª José García", "Mª José García", "D.ª Ana", "Fco.Javier López", "J.Menéndez", "J.MENÉNDEZ", "Dr.Núñez", "P.Barón", "Sto.Domingo", "Ntra. Sra.", "¡Hola! S.L.U.", "Vda.de García", "Excmo.Sr. García", "M.en C. García", "D.ña Ana", "Suc.de García", "Univ.de Chile", "Cía.Ltda.", "Bs.As."},
	"Portuguese":                   {"Eng.º João Silva", "Eng.ª Ana Silva", "Dr.ª Ana Silva", "Prof.ª Ana Silva", "Acme Lda.", "Acme Ltda.ME", "Acme S/A", "Eng.João Silva", "Lic.da Silva", "Cia.de Dança", "Cia.das Letras", "Av.das Nações", "Ind.e Com.Ltda.", "1.º Direito", "D'Ávila & Irmãos"},
	"Turkish":                      {"Acme San.ve Tic. A.Ş.", "Acme San. ve Tic. Ltd. Şti.", "Acme Tic.Ltd.Şti.", "ACME SAN.VE TİC.LTD.ŞTİ.", "Doç.Dr. Ayşe Yılmaz", "Op.Dr.Ayşe Yılmaz", "Av.Ayşe Yılmaz", "Yrd.Doç.Dr.Ayşe Yılmaz", "Acme İnş.San.ve Tic.Ltd.Şti."},
	"Russian, Ukrainian, Bulgarian": {"А.С.Пушкин", "И.-К. Айвазовский", "проф.Иванов", "к.т.н. Иванов", "канд.мед.наук Иванова", "ООО «Ромашка»", "1С-Битрикс", "ул.Ленина", "г.Москва", "гр. 2025/2026", "д-р Иванова",
		"ФОП Коваленко О.М.", "В'ячеслав", "В’ячеслав", "Вʼячеслав", "доц.д-р Иванова"},
	"Greek":                       {"Δρ.Παπαδόπουλος", "κ.Παπαδόπουλος", "Κων/νος Παππάς", "Κων.νος Παππάς", "Ε.Π.Ε.", "Α.Ε."},
	"Dutch":                       {"Prof.dr.ir. J. de Vries", "Dr.ir. Jansen", "dr.ir. Jansen", "A.van Dijk", "J.M.ten Brink", "J.v.d.Berg", "Acme B.V.", "'s-Hertogenbosch", "'t Hart", "Mr.dr. Jansen"},
	"French":                      {"J.-P. Dupont", "J.-Ch. Rossi", "St.-Denis", "Mme.Durand", "A.Lefèvre", "Ste.-Foy", "S.A.R.L. Dupont", "L’Oréal", "J.C.Decaux", "Éts. Dupont & Cie.", "2e/3e A", "1er étage"},
	"Scandinavian":                {"civ.ing. Lund", "cand.mag. Ida Holm", "Acme A/S", "Holm & Co. ApS", "siv.ing. Lund", "Åsa-Britt Öberg"},
	"English":                     {"M.Sc.", "B.Tech", "B.TECH", "B.Tech.", "Ravi Kumar, B.Tech, M.B.A.", "Ravi Kumar B.Com.", "Ann Lee, P.Eng.", "Ph.D.", "Lee & Sons Pvt.Ltd.", "Acme Co.,Ltd.", "Acme Co.Ltd.", "Acme (Pty) Ltd.", "St.John", "Mt.Rushmore", "U.S.A.", "No.1 Shop", "Studio 24/7", "4.0 Club", "AC/DC", "Canal+ 2025", "50+ Club 2024", "J.Li-Wei Chen", "K.Su-Jin Park", "O`Neil", "O′Neil", "O‛Neil", "O＇Neil", "Hawaiʻi", "Rock 'n' Roll", "Fish&Chips", "Class of 2019/2023"},
	"Indonesian":                  {"Siti Aminah, S.Ag.", "Budi, S.Si., M.Si.", "Budi, S.Kom., M.Kom.", "Dr.H.Budi, M.Ag.", "Ani, A.Md.Keb.", "Ani S.Tr.Kom.", "PT. Acme Tbk."},
	"Arabic, Persian, Urdu":       {"د.محمد", "د.محمد علي", "أ.د.محمد علي", "م/ أحمد", "ش.م.م", "شركة أكمي ذ.م.م", "علی‌رضا", "كاوه\u200c", "به\u200cرزه\u200c and Sons", "آذرنوش\u200c علی\u200cزمانی", "می‌نا کریمی", "نیک‌آیین", "مِهر‌داد", "مِ‌هر", "دکتر.احمدی", "محمّد علي"},
	"Hebrew":                      {"ד\"ר כהן", "ד״ר כהן", "ד.כהן", "מזא׳׳ה", "עו\"ד לוי", "בן־גוריון", "פרופ'", "פרופ.לוי"},
	"Thai, Lao, Khmer, Burmese":   {"ดร.สมชาย", "น.ส.สมหญิง", "บจก.สมชาย", "ม.ร.ว.คึกฤทธิ์", "ທ.ສົມ", "សុខ.ភាព", "အောင်ကျော်", "ဦး.ကျော်", "ညွှန့်"},
	"of India and Sri Lanka":      {"ශ්‍රී", "ශ්‍රී ලංකා", "मानन‍धर", "सिं‌खडा", "ප්‍රියන්ත", "രാജന്‍", "രാജന്‍ പിള്ള", "ഡോ.രാജേഷ്", "র‍্যাব", "ক্‌ষ", "डॉ.राजेश", "डॉ॰ राजेश", "डॉ. राजेश", "ਡਾ.ਰਾਜ", "ડૉ.રાજ", "డా.రాజేష్", "டாக்டர்.ராஜ்", "ಡಾ.ರಾಜ್", "ಆರ‍್ಕೆ", "ଡା.ରାଜ"},
	"Georgian, Armenian, Tibetan": {"ბ.ნ. გიორგი", "ბ.გიორგი", "შ.პ.ს. აკმე", "Նոր Տ.Ա.", "བཀྲ་ཤིས་", "Ա.Մարտիրոսյան"},
	"Japanese, Chinese, Korean":   {"J.フロント", "J.フロント リテイリング", "㈱日立製作所", "日立製作所㈱", "㈲山田商店", "㍿アクメ", "アクメ㏍", "㈜삼성전자", "(株)日立", "（株）日立", "ジャン＝ポール", "ジャン゠ポール", "モーニング娘。", "〇〇商事", "佐々木", "第2・第3営業部", "Dr.コトー", "张.伟", "阿卜杜拉·买买提", "김.민수", "2025/2026 학년도", "№1 株式会社"},
}

func TestDottedNamesStay(t *testing.T) {
	for language, names := range dottedNames {
		for _, name := range names {
			if got := invite.SafeName(name, "-"); got != name {
				t.Errorf("%s: SafeName(%q) = %q, want it kept", language, name, got)
			}
		}
	}
}

// What is built like such a name, and what a mail program makes a link of.
func TestWhatAMailProgramLinksFallsBack(t *testing.T) {
	for _, name := range []string{
		// A title in another place, in small letters, or before a path.
		"b.tech", "m.sc", "s.ag", "evil.B.Tech", "B.Tech.evil", "B.Tech.com", "B.Tech/login", "B.Tech./login", "B.Tech?x", "Dipl.Ing/x", "Co.KG/x", "evil.Co.KG", "M.Sc#x", "Soc.Coop/",
		"F.lli.com", "S.A.de/x", "S.de", "s.de R.L.", "S.A.com", "D.ssa.it", "San.ve/", "xB.Tech", "B.Techno.com", "B-Tech.com",
		"Dr.in/x", "dr.in", "prof.in", "evil.Prof.in", "Dr.in.evil.com", "evil.Univ.Prof", "n.med/x", "evil.n.med", "San.ve/x", "evil.San.ve", "u.co", "Dr.com", "Dr.forest.com", "Evil.forest", "Prof.evil.com",
		// Two small letters that are a country's, or not Latin ones, and particles of nobody.
		"node.io", "Dott.it", "пример.ру", "Cia.das", "cia.das Letras", "evil.das Letras", "Faz.do Sol", "Cia.das.com",
		// A hyphen does not hide a host beside it.
		"evil.-x.com", "J.-P.com", "St.-Denis.com", "Dr.-evil.com", "-evil.com", "evil-.com", "evil.com-", "evil.com-x", "EVIL.COM-Security", "EVIL.COM_x", "Evil.De-Support",
		"T.CO-Support", "xy.Li-Wei", "J.LI-Wei", "A.van.dijk", "A.van", "A.de Vries", "ab.van Dijk", "a.van Dijk", "A.vans Dijk",
		// Letters without capitals glued to an ending, before or behind it.
		"evil.comを開く", "EVIL.COMを開く", "Evil.Com様", "今すぐevil.com", "EVIL.भारत様", "EVIL.みんな様", "EVIL.ไทยさん", "EVIL.中国ไทย", "EVIL.COMé", "Evil.Comé", "T.COé", "Evil.Deª", "B.com", "Visit B.com now", "Evil.Co.Menéndez", "見る→", "evil。com", "アクメ.com", "د.com", "ดร.com", "אבג.co.il",
		// Endings in scripts without capitals.
		"د.قطر", "مثال.موقع", "موقع.وزارة-الأتصالات.مصر", "ร้าน.ไทย", "חנות.ישראל", "商店.中国", "商店.网店", "アクメ.コム", "みんな.みんな", "상점.한국", "дом.рф", "მაღაზია.გე", "दुकान.भारत", "கடை.இந்தியா",
		// Names that are domains, and links of other kinds.
		"evil.example", "foo.co", "xn--80ak6aa92e.com", "EVIL.XN--P1AI", "Evil.Agency", "J.Kim", "Acme.IO", "ACME.DEV", "acme.ai", "evil.co.uk", "Evil.Co.Uk", "evil㏇uk", "Evil㏇Uk",
		"1.de", "3M.com", "Acme\u2024com", "evil․com", "evil.com’s", "L'evil.com", "(evil.com)", "«evil.com»", "evil.com、", "ａｃｍｅ．ｄｅ", "ＡＣＭＥ．ＤＥ", "evil.com。", "x.com/2025/2026", "2025/2026.com",
		// Phone numbers built like years.
		"2025/2026 1234", "+2025/2026", "+49 2025/2026", "12025/2026", "2025/20267", "2025/2026 2027/2028", "2026/2025", "1234/5678", "2025/2099", "0170 2025/26", "1800-2000", "2025 2026", "2025.2026 5",
		// Joiners that show nothing.
		"Pay\u200dPal", "Pay\u200cPal", "Ana\u200d", "\u200dAna", "\u200c", "А\u200dна", "株\u200d式", "م\u200dحمد", "علی\u200c\u200cرضا", "علی\u200c.com", "é\u200c", "e\u0301\u200c", "e\u0301\u200cAna", "\u200cعلی", "علی\u200cAna", "Ana\u200cعلی",
		"श्\u200d\u200dरी", "श्\u200dAna", "क\u200d", "क\u200cAna", "Anaक\u200d", "5\u200dक", "А्\u200dн", "evil\u200d.com", "evil.\u200dcom", "evil.c\u200dom", "श्\u200d.com", "ไ\u200dทย", "김\u200d민수", "1\u200d2",
		// Signs.
		"㈱", "㈱evil.com", "。", "Ana。Silva", "。。", "``", "Acme㏍de", "モーニング娘。。", "①", "㊙",
	} {
		if got := invite.SafeName(name, "your team"); got != "your team" {
			t.Errorf("SafeName(%q) = %q, want the fallback", name, got)
		}
	}
}

func BenchmarkSafeName(b *testing.B) {
	names := append(append([]string(nil), honestNames...), hostileNames...)
	b.ReportAllocs()
	for b.Loop() {
		for _, name := range names {
			invite.SafeName(name, "-")
		}
	}
}
