import { JpegEncoder } from '../src/pixels/jpeg.ts'; import sharp from 'sharp';
const encodeJpeg=(a,b,c,d)=>{const e=new JpegEncoder(a,b,c,d);for(;;){const f=e.step();if(f)return f}};
for (const w of [320,640,1280]) {
  const {data, info} = await sharp('/work/h-picture/docs/pictures/station.png').removeAlpha().resize(w, w*5/8,{fit:'fill'}).raw().toBuffer({resolveWithObject:true});
  for (let i=0;i<10;i++) encodeJpeg(data,info.width,info.height,80);
  let c=process.cpuUsage(); let n=0; let out; let t=performance.now(); while(performance.now()-t<1500){out=encodeJpeg(data,info.width,info.height,80);n++;}
  c=process.cpuUsage(c); console.log(w, 'js cpu', ((c.user+c.system)/1000/n).toFixed(2),'ms', out.length);
}
