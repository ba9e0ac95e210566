import { address, api, invite, launch, link, mail, open, signIn, stack, until } from "./stack.mjs";
const b = await launch();
const made=[];
const have=(await api("GET","/v1/invites?page_size=100")).invites.length;
if(have<3) for (const [n,bx] of [["Ana Silva","ana.silva"],["Tomás Ortega","tomas"],["Mei Tanaka","mei.tanaka"],["Jonas Weber","jonas.weber"]]) made.push(await invite(`${bx}@example.com`,{name:n}).catch(e=>console.log(e.message)));
for (const [name, o] of [["d", {viewport:{width:1440,height:1000}}],["dark",{viewport:{width:1440,height:1000},colorScheme:"dark"}],["m",{viewport:{width:390,height:844}}],["l",{viewport:{width:1100,height:800}}]]) {
  const p = await open(b,o);
  await signIn(p);
  await p.locator("#mails li").first().waitFor();
  await p.waitForTimeout(1500);
  await p.screenshot({path:`/tmp/i5-demo/shots/${name}.png`, fullPage:true});
  console.log(name, p.wrong);
}
await b.close();
