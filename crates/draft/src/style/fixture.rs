//! Texts of a fictional nonprofit in two manners.

/// Four letters in one warm and plain voice.
pub(super) fn letters() -> Vec<String> {
    [
        "Many children in Harlan County start school without a book of their own. Our coaches \
         visit them at home each week, because a child who is read to wants to read. They sit \
         down on the floor. They open a book together, and they stay until the child asks for \
         one more page. In 2023 our coaches visited 212 families, and 78 percent of the children \
         met their reading goal by spring.\n\nWe began in a church basement with two volunteers. \
         Today we are a staff of fourteen, and our neighbors know our blue van by sight. Each \
         fall we train new reading coaches for sixty hours. It is slow work. It lasts.\n\nWhat \
         families tell us is simple. A mother said that her son now reads to the dog. For \
         example, he reads the same story every night, and the dog seems to like it. We share \
         such stories with care, because they belong to the people who told them.\n\nNext year \
         we will visit 240 families. We plan to add a second van so that the northern valley is \
         no longer left out. Your gift would pay for the books, the fuel and the training. We \
         thank you for reading this far, and we hope to welcome you on a visit.",
        "The winter was hard, and many families lacked heat. Our reading coaches carried \
         blankets along with the books. They visited 198 families between November and March, \
         compared with 170 families in the year before. Because the roads were closed for nine \
         days, some visits were made by telephone. It worked better than we had feared.\n\nWe \
         measure what we do. Each child is heard in the fall and again in the spring, and the \
         results go to the parents first. In 2024, 81 percent of the children met their reading \
         goal, up from 78 percent in 2023. Two schools asked us to train their own volunteers. \
         We said yes.\n\nNot all of it went well. Our summer program reached only 40 children, \
         although we had planned for 60. The bus came late, and families stopped trusting it. \
         This year we will use our own vans instead.\n\nOur families need more than books, but \
         books are what we know. We work with the clinic and the food pantry so that each does \
         what it does best. Together we can keep a family in sight through a long winter. That \
         is worth a great deal to us, and we are proud of it.",
        "A child who owns ten books reads differently. We have seen it again and again. When \
         our coaches leave a book behind, it is still there a week later, with a bent cover and \
         a sticky page. In the past year we gave away 2,120 books. Families chose each of them \
         by themselves, because a chosen book is a read book.\n\nSchools in the valley face a \
         shortage of aides. Our coaches help in eleven classrooms on Friday mornings, and they \
         know the children from home. Teachers tell us that this makes the difference. The \
         children are calmer, and they raise their hands.\n\nWe keep our costs low. A visit \
         costs $31, including the fuel and the book. An independent audit found no issues in \
         2024, as in each year since 2015. Our reserve covers four months.\n\nWith your help we \
         will go on. We ask for $24,000, which pays for 770 visits. You would hear from us twice \
         a year, with figures and with stories. Come and see the vans for yourself.",
        "Thank you for your letter. You asked how we choose the families that we visit. They \
         come to us through schools, the clinic and neighbors, and we have never turned one \
         away. At the moment 22 families are waiting, because we lack two coaches. We will train \
         them in September.\n\nYou also asked what happens after third grade. Most children \
         read by themselves then, and our coaches say goodbye with a last book. Some families \
         stay in touch. A former reader is now a coach, and her first family lives on the road \
         where she grew up.\n\nWe trust what we can count, and we count with care. Of the 212 \
         children of 2023, we know the fourth grade scores of 187. Their average rose from 41 to \
         58 points, compared with 47 for the county. It is not proof, but it is a good sign. A \
         study by the university will tell us more next year.\n\nPlease visit us when you can. \
         The kitchen is small, but there is always coffee. We would welcome your questions, and \
         so would the coaches.",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Three reports in a formal manner.
pub(super) fn reports() -> Vec<String> {
    [
        "The organization provides comprehensive literacy instruction to underserved households \
         throughout the region, and the implementation of the intervention is monitored by an \
         independent evaluation committee that was established in 2019. Furthermore, quarterly \
         assessments are conducted in order to determine whether participants have achieved the \
         benchmarks that were defined in the original agreement.",
        "The program was designed in accordance with recommendations of the regional authority, \
         and its administration is supervised by a committee which is appointed annually. \
         Moreover, participation has increased considerably, although the availability of \
         qualified instructors remains limited; therefore, additional recruitment was initiated.",
        "The agency maintains agreements with educational institutions, and confidential \
         information is protected by procedures that were reviewed in 2022. Consequently, the \
         evaluation demonstrates that implementation was consistent with the objectives, while \
         the sustainability of the intervention is supported by diversified contributions.",
    ]
    .map(|text| [text; 4].join("\n\n"))
    .to_vec()
}
