"""Names to swap in for augmentation: made up from common given names and surnames."""

FIRST = """
Amara Ingrid Kenji Olga Tomas Fatima Priya Liam Chiara Hassan Sven Aoife Mei Thabo Yusuf Elena
Rafael Noor Giulia Dmitri Ayesha Pierre Katarzyna Mateus Hiroko Ngozi Callum Saoirse Emre Leila
Andrzej Vikram Sipho Marta Jorge Astrid Wei Farah Nikolai Zainab Owen Bronwyn Ruth Derek Angela
Samir Tariq Lucia Bogdan Kwame Isla Rohan Beatriz Nadia Anders Petra Omar Grace Alan Fiona
Stephen Helen Keith Gillian Margaret Duncan Yuki Min-jun Carlos Ana Ivan Svetlana Kofi Blessing
Jean-Paul Sophie Hans Greta Paolo Francesca Mehmet Elif Ravi Sunita Chidi Adaeze Lars Karin
""".split()  # noqa: SIM905

LAST = """
Okafor Lindqvist Tanaka Petrova Novak Haddad Sharma Murphy Rossi Rahman Eriksen O'Brien Chen
Mokoena Demir Popescu Silva Karim Bianchi Volkov Malik Dubois Kowalski Carvalho Sato Adeyemi
MacLeod Byrne Yilmaz Hosseini Wojcik Patel Dlamini García Fernández Holm Zhang Aziz Sokolov
Ibrahim Davies Pritchard Whitfield Blackwood Merkel Saleh Hussain Moretti Ionescu Mensah
Campbell Gupta Oliveira Khan Larsson Schneider Ali Thompson Fraser Hargreaves Ellison Bradshaw
Watanabe Park López Costa Ivanov Kuznetsova Asante Obi Lefèvre Moreau Müller Weber Conti Ferrari
Kaya Öztürk Iyer Rao Eze Nwosu Berg Nilsen van-Dijk Jansen de-Boer al-Masri al-Khatib Nguyen
Tran Lim Wong Kaplan Belov Zakharova Lavrov Tusk Duda Orban Meloni Lukashenko Abe Modi Erdogan
Netanyahu
""".split()  # noqa: SIM905

ORGANISATIONS = [
    "the Foreign Office|the Kremlin|the Home Office|the finance ministry|Downing Street|the Élysée",
    "BBC|Reuters|TASS|ANSA|Sky News|Al Jazeera|Le Monde|Der Spiegel|Xinhua|NHK|AFP|The Hindu",
    "the Met Police|Interpol|Europol|the prosecutor's office|the Carabinieri|Police Scotland",
    "Labour|the Greens|the Liberal Democrats|the SNP|the Social Democrats|the Socialists",
    "the Commons|the Bundestag|the Knesset|Parliament|the Duma|the European Parliament",
]
SWAPPED = [
    "the White House|the State Department|the Pentagon",
    "CNN|Fox News|Breitbart|NBC|MSNBC|CBS|ABC News|USA Today|Politico|The New York Times",
    "the FBI|the CIA|the Justice Department",
    "Democrats|Republicans|the GOP",
    "the Senate|the House|Congress",
]
FAMOUS = """Donald Trump|Hillary Clinton|Bill Clinton|Barack Obama|Bernie Sanders|Ted Cruz
Mike Pence|Marco Rubio|Jeb Bush|Ben Carson|Tim Kaine|John Kasich|Paul Ryan|James Comey
Joe Biden""".replace("\n", "|").split("|")
