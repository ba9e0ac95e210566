package invite

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// titles are the titles, degrees and legal forms that would be domains by our rules: a
// label of them is a top-level domain ("Dipl.Ing.", "B.Tech") or begins with a small
// letter ("F.lli"). The list is closed. One counts as a whole word, its last dot left
// out, and never before a path.
//
// Left out: what is no domain anyway, such as "S.p.A.", "Ph.D.", "Dr.-Ing." and "Sp.z
// o.o.", whose labels are of one letter or begin with a capital or a hyphen.
const titles = ` ` +
	// German, of Austria and Switzerland too
	`dipl.ing Univ.Ing Univ.Prof Univ.Doz Dipl.Wirt.Ing Dipl.Wirtsch.Ing Wirt.Ing Dr.med.vet Dr.med.univ Dr.dent Dr.vet Dr.med.habil ` +
	`Dr.phil.nat Dr.iur Dr.jur.utr Dr.rer.nat Dr.rer.pol Dr.rer.oec Dr.rer.soc.oec Dr.rer.medic Dr.oec Dr.oec.publ ` +
	`Dr.paed Dr.agr Dr.habil Dr.mont Dr.sc.nat Dr.sc.techn Dr.sc.hum Dr.oec.troph Prof.Dr.phil Prof.Dr.jur ` +
	`Prof.Dr.rer.nat Prof.Dr.rer.pol Mag.phil Mag.jur Mag.arch Mag.theol Mag.rer.nat Mag.rer.soc.oec Mag.soc.oec ` +
	`Mag.phil.fac Bakk.phil Bakk.techn cand.med cand.ing cand.jur cand.phil stud.med stud.jur stud.phil Dipl.päd ` +
	`Dipl.kfm Dipl.psych Dipl.arch lic.phil lic.iur lic.oec med.pract med.dent med.vet pract.med Co.KG Co.oHG ` +
	`Ges.mbH gem.GmbH Dr.in Prof.in Ing.in Dipl.Ing.in Dipl.-Ing.in Univ.Prof.in Univ.-Prof.in Assoz.Prof.in Assoz.-Prof.in Priv.-Doz.in ` +
	`Soz.päd Dipl.Soz.päd Dipl.-Soz.päd Dipl.-Soz.arb Dipl.sc Mag.sc ` +
	`StR.in OStR.in Bmst.Ing BM.Ing Ass.jur Ass.iur ass.jur ass.iur LL.M.oec LL.M.eur u.Co ` +
	// Italian
	`f.lli D.ssa Dr.ssa Dott.ssa Prof.ssa Avv.to Dott.Ing Sig.ra Sig.na Sig.ri Sigg.ri Gent.mo Gent.ma ` +
	`Gent.le Ill.mo Ill.ma Preg.mo Preg.ma Spett.le On.le Rev.mo Rev.do Ecc.mo Cav.re Comm.re Ing.re ` +
	`Soc.Coop Soc.Coop.Sociale Soc.Coop.Agricola Soc.Coop.Agr Soc.Coop.a Soc.coop.va Soc.agr Soc.cons Az.agr ` +
	`P.zza P.za C.so S.ta S.to SS.ma SS.mo M.llo M.ro Cap.no App.to Off.na Off.ne Imp.sa Imm.re Com.ne Farm.cia Chiar.mo Geom.Ing ` +
	`soc.coop Soc.Coop.a.r.l Soc.Coop.r.l Ist.to Ass.cult Ass.ne Coop.va C.ia F.sco G.ppe Giov.ni ` +
	// Polish, Czech, Slovak, Hungarian, Romanian, Latvian
	`mgr.inż inż.arch mgr.farm mgr.fil dr.hab dr.inż dr.med dr.n.med dr.hab.inż dr.hab.n.med prof.dr prof.dr.hab ` +
	`prof.nadzw prof.zw prof.inż lek.med lek.dent lek.wet lek.stom n.med n.farm n.tech n.wet m.in m.st lic.piel hab.inż ks.dr ks.prof sp.zo.o Bezp.Org ` +
	`Ing.arch Mgr.art doc.Ing prof.Ing MUDr.et Mgr.et Ing.et spol.sr.o dr.ing prof.univ.dr conf.univ.dr lect.univ.dr ` +
	`asist.univ.dr prof.dr.ing ` +
	// Croatian, Serbian, Slovenian
	`dipl.oec dipl.iur dipl.inž dipl.ek dipl.ecc dipl.oecc mag.ing mag.oec mag.iur mag.pharm mag.med univ.dipl.inž univ.bacc ` +
	`univ.bacc.ing univ.bacc.oec univ.spec.oec bacc.oec bacc.ing bacc.iur mr.sc dr.sc prof.dr.sc prof.dr.med ` +
	`dr.med.dent dr.vet.med dr.dent.med doc.dr doc.dr.sc prim.dr dr.stom ` +
	// Dutch
	`dr.ir drs.ing prof.dr.ir prof.ir prof.mr prof.mr.dr prof.dr.mr mr.dr mr.drs mr.ir drs.mr dr.mr dr.drs prof.drs ` +
	// Danish, Norwegian, Swedish, Finnish
	`cand.mag cand.merc cand.polit cand.polyt cand.psych cand.scient cand.theol cand.oecon cand.pharm cand.soc ` +
	`cand.agro cand.arch cand.scient.pol cand.ling.merc dr.phil dr.techn dr.scient dr.jur dr.polit dr.philos ` +
	`dr.theol dr.scient.soc civ.ing siv.ing siv.øk siv.ark civ.ek civ.ekon stud.polyt stud.merc stud.mag stud.psych ` +
	`fil.dr fil.mag fil.kand fil.lic med.dr med.kand med.lic jur.kand jur.lic tekn.dr tekn.lic pol.mag ekon.dr ` +
	`ekon.mag teol.dr fil.maist fil.tri oik.tri lääk.tri ` +
	// Spanish and Portuguese
	`S.A.de S.A.B.de S.A.P.I.de S.A.S.de S.P.R.de S.C.de S.C.P.de S.Com S.Com.p.A S.Cra Soc.Col S.Coop S.Coop.And S.Coop.Mad S.Coop.Ltda S.Coop.V ` +
	`S.Coop.C S.Coop.Galega Soc.Coop.Ltda Coop.Ltda Vda.de Hnos.de Hros.de Suc.de Sucs.de Cia.de Cía.de Cia.do Inst.de Univ.de Ayto.de Excmo.Sr Ilmo.Sr Il.mo Arq.to Prof.es Bs.As ` +
	`Cía.Ltda Soc.Ltda Assoc.Ltda Com.Ltda Ind.Ltda Ind.Com.Ltda Ltda.ME Cia.ltda Eng.ro Arq.ta Sr.as Sr.es ` +
	`Srs.as Exmo.sr Ilmo.sr ` +
	// French
	`Dr.ès ing.dipl arch.dipl lic.ès ` +
	// Turkish, Azerbaijani
	`San.ve Tic.ve Paz.ve İnş.San.ve Gıda.San.ve Teks.San.ve Mak.San.ve Oto.San.ve Tur.ve Tur.San.ve Tar.ve Dış.Tic.ve İnş.ve Ins.ve Nak.ve Teks.ve Tekstil.ve Gıda.ve Gida.ve İth.ve İhr.ve Müh.ve ` +
	`Taah.ve Turz.ve Mak.ve Oto.ve Elek.ve Bil.ve Tic.Ltd San.Tic.Ltd San.ve.Tic San.ve.Tic.A.Ş San.ve.Tic.Ltd ` +
	`San.ve.Tic.Ltd.Şti San.ve.Tic.Ltd.Sti Tic.ve.San Tic.ve.San.A.Ş Tic.ve.San.Ltd.Şti San.Tic.Ltd.Şti ` +
	`San.Tic.Ltd.Sti Tic.Ltd.Şti Tic.Ltd.Sti Paz.Tic.Ltd.Şti Dış.Tic.Ltd.Şti İnş.Ltd.Şti ` +
	// Russian, Ukrainian, Bulgarian, Greek
	`г.Москва канд.мед.наук канд.техн.наук канд.юр.наук канд.экон.наук канд.пед.наук канд.наук докт.мед.наук ` +
	`докт.техн.наук докт.наук д-р.мед ст.преп гл.врач зав.отд инж.арх доц.д-р проф.д-р гл.ас инж.маг Κων.νος Αικ.νη ` +
	`Παν.της Δημ.ος Γεωρ.ος Ιω.νης ` +
	// English, of India, Canada, South Africa and East Asia too
	`B.Sc M.Sc D.Sc L.Sc B.V.Sc M.V.Sc B.Sc.Ed B.Sc.Hons M.Sc.Ed M.Sc.Eng B.Sc.Eng B.Sc.Agr M.Sc.Tech B.Tech M.Tech B.tech M.tech ` +
	`D.Tech B.Tech.Ed B.Com M.Com Eur.Ing P.Tech C.Tech Pr.Tech Pr.Tech.Eng P.Ag B.Design M.Design B.Music M.Music ` +
	`B.Law B.Vet.Med Vet.Med D.Vet.Med B.Med B.Med.Sc M.Med D.Med B.Com.Hons M.Ch B.Ch B.Soc.Sc M.Soc.Sc B.Lib.Sc ` +
	`M.Lib.Sc B.Lib.I.Sc M.Lib.I.Sc M.Sc.IT M.Sc.CS B.Th M.Th S.Th S.Th.D Lic.Tech Co.Ltd Pvt.Ltd Pte.Ltd Pty.Ltd ` +
	`P.Ltd Pvt.Co.Ltd Pub.Co.Ltd Mfg.Co Mfg.Co.Ltd Trdg.Co Ind.Co Ind.Co.Ltd co.op ` +
	// Indonesian and Malay
	`S.Ag S.Farm M.Farm S.Si S.Pt S.Sn S.Tr S.Mn S.Bio S.Pd.SD S.Tr.Kom S.Tr.Ak S.Tr.Par S.Tr.Keb S.Tr.Kes S.Tr.Kep S.Tr.Gz ` +
	`S.Tr.Pel S.Tr.Sos S.Tr.Ds S.Tr.Sn S.Tr.T S.Tr.Tra S.Si.T S.Si.Apt S.Sy M.Si M.Si.Ak M.Ag M.Kn M.Sn M.Bio M.Pt ` +
	`M.Tr.Kom M.Tr.T M.Si.Med M.Sy A.Md A.Md.Kom A.Md.Keb A.Md.Kep A.Md.Kes A.Md.Ak A.Md.T A.Md.Par A.Md.Gz ` +
	`A.Md.Farm A.Md.Si A.Md.Pi A.Ma.Pd A.Ma `

// titlesBefore are such, with the words that must follow for it to be one.
var titlesBefore = []string{"S.de R.L", "S.de C.V", "S.en C", "S.en N.C", "S.a r.l"}

// isTitle reports whether a word, with what follows it, is one of [titles] as it is
// there, with a capital in front or after each dot, or all in capitals: "B.TECH" is one,
// and "b.tech" a domain.
func isTitle(word, rest string) bool {
	rest = strings.TrimLeft(rest, ".")
	if strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "?") || strings.HasPrefix(rest, "#") {
		return false
	}
	for _, t := range titlesBefore {
		if first, after, _ := strings.Cut(t, " "); word == first && strings.HasPrefix(rest, " "+after) {
			return true
		}
	}
	all := titleSpellings()
	first, size := utf8.DecodeRuneInString(word)
	return all[word] == asListed || all[string(unicode.ToLower(first))+word[size:]] == asListed ||
		(word == strings.ToUpper(word) || isCapitalised(word)) && all[foldTitle(word)] != unlisted
}

// spelling says how a title came into the table of titles.
type spelling int

const (
	unlisted spelling = iota
	folded            // by [foldTitle] only
	asListed
)

// titleSpellings is made for the first word that could be a domain.
var titleSpellings = sync.OnceValue(func() map[string]spelling {
	all := map[string]spelling{}
	for t := range strings.FieldsSeq(titles) {
		all[foldTitle(t)] = max(all[foldTitle(t)], folded)
		all[t] = asListed
	}
	return all
})

// foldTitle makes the capitals of Turkish ("TİC.LTD.") those of other languages first.
func foldTitle(s string) string { return strings.ToLower(dotless.Replace(s)) }

var dotless = strings.NewReplacer("İ", "I", "ı", "i")

func isCapitalised(word string) bool {
	for label := range strings.SplitSeq(word, ".") {
		first, size := utf8.DecodeRuneInString(label)
		if !unicode.IsUpper(first) || label[size:] != strings.ToLower(label[size:]) {
			return false
		}
	}
	return true
}
