"""Temporary: pictures to look at."""
import os
def test_shoot(look, tmp_path):
    out=os.environ["SHOOT"]
    for name,path,w,s in [("m","/peringkat/63/2026?tahap=mandiri&per=2025-03-17&sorot=63.10",1280,"light"),("m","/peringkat/63/2026?tahap=mandiri&per=2025-03-17&sorot=63.10",320,"light"),("d","/peringkat/63/2026?tahap=mandiri&per=2025-03-17",1280,"dark"),("f","/peringkat/63/2024",1280,"light"),("f","/peringkat/63/2024",320,"light"),("o","/peringkat/63/2020",1280,"light"),("i","/",1280,"light"),("e","/peringkat/99/2026",1280,"light"),("t","/peringkat/63/2026?per=2025-03-17",768,"light"),("en","/peringkat/63/2026?per=2025-03-17&bahasa=en",1280,"light")]:
        p=look(path,w,scheme=s)
        h=int(p.locator("html").bounding_box()["height"])
        step=1400 if w>500 else 1000
        p.set_viewport_size({"width":w,"height":step})
        for i,y in enumerate(range(0,h,step)):
            p.screenshot(path=f"{out}/{name}-{w}-{i}.png",full_page=True,clip={"x":0,"y":y,"width":w,"height":min(step,h-y)})
